//! What the holder of a key may do.

use std::fmt;

/// What the holder of a key may do; which operations each role has stands in the table of routes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// 征缴系统: reads rates, follows changes, says what it charges.
    Billing,
    /// 经办人: brings facts in, makes runs, reviews those of others.
    Officer,
    /// 审批人: approves and publishes what others made.
    Approver,
    /// 精算: tries rules and scenarios, publishes nothing.
    Actuary,
    /// 审计: reads everything, changes nothing.
    Auditor,
    /// 管理员: makes and takes back keys; decides nothing about rates.
    Admin,
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 6] =
        [Self::Billing, Self::Officer, Self::Approver, Self::Actuary, Self::Auditor, Self::Admin];

    /// The word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Billing => "billing",
            Self::Officer => "officer",
            Self::Approver => "approver",
            Self::Actuary => "actuary",
            Self::Auditor => "auditor",
            Self::Admin => "admin",
        }
    }

    /// The role a word stands for.
    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == word)
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
