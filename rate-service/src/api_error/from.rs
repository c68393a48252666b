//! What the rooms below say, as a failure of a request.

use rate_core::error::Lang;

use super::{ApiCode, ApiError};
use crate::annual::AnnualError;
use crate::billing::BillingError;
use crate::examinations::ExaminationError;
use crate::gazette::GazetteError;
use crate::hindsight::HindsightError;
use crate::hooks::HookError;
use crate::intake::IntakeError;
use crate::logbook::LogError;
use crate::remedy::RemedyError;
use crate::replay::ReplayError;
use crate::run::RunError;
use crate::store::StoreError;

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        let said = error.to_string();
        if said.contains("invalid byte sequence") {
            // What PostgreSQL says of a NUL: it holds none, and neither does anything that has a name.
            return Self::new(ApiCode::RequestMalformed, ["NUL"]);
        }
        let code = if matches!(error, StoreError::Unreachable(_)) { ApiCode::StoreBusy } else { ApiCode::Internal };
        Self::plain(code).with(|it| it.cause = Some(error.to_string()))
    }
}

impl From<BillingError> for ApiError {
    fn from(error: BillingError) -> Self {
        match error {
            BillingError::Store(error) => error.into(),
            BillingError::Record(error) => Self::internal(error),
        }
    }
}

impl From<AnnualError> for ApiError {
    fn from(error: AnnualError) -> Self {
        match error {
            AnnualError::Store(error) => error.into(),
            AnnualError::Log(error) => error.into(),
            AnnualError::Billing(error) => error.into(),
            AnnualError::Unknown(_) => Self::unknown(),
            AnnualError::NotYou { .. } => Self::plain(ApiCode::AuthSamePerson),
            AnnualError::Taken(_) | AnnualError::NotNow { .. } => {
                Self::conflict(error.text(Lang::Zh), error.text(Lang::En))
            }
            AnnualError::Unfit { .. } | AnnualError::Run(_) => {
                Self::refused(error.text(Lang::Zh), error.text(Lang::En))
            }
            AnnualError::Broken(what) => Self::internal(what),
        }
    }
}

impl From<RemedyError> for ApiError {
    fn from(error: RemedyError) -> Self {
        match error {
            RemedyError::Store(error) => error.into(),
            RemedyError::Run(error) => error.into(),
            RemedyError::Unknown => Self::unknown(),
            RemedyError::NotYou => Self::plain(ApiCode::AuthSamePerson),
            RemedyError::Unfit { zh, en } => Self::refused(zh, en),
            RemedyError::NotNow { zh, en } => Self::conflict(zh, en),
        }
    }
}

impl From<HookError> for ApiError {
    fn from(error: HookError) -> Self {
        match error {
            HookError::Store(error) => error.into(),
            HookError::Unknown => Self::unknown(),
            HookError::Unfit { zh, en } => Self::refused(zh, en),
            HookError::NotNow { zh, en } => Self::conflict(zh, en),
            HookError::Random(error) => Self::internal(error),
        }
    }
}

impl From<IntakeError> for ApiError {
    fn from(error: IntakeError) -> Self {
        match error {
            IntakeError::Store(error) => error.into(),
            IntakeError::Log(error) => error.into(),
            IntakeError::Unknown(_) => Self::unknown(),
            IntakeError::Refused { zh, en } => Self::conflict(zh, en),
            IntakeError::Offset(offset) => {
                Self::conflict(format!("分片应自第 {offset} 字节续传"), format!("the part goes on at byte {offset}"))
            }
            IntakeError::Digest(found) => Self::refused(
                format!("收到的内容的 SHA-256 为 {found}，与声明不符；请重传该分片"),
                format!("the bytes have SHA-256 {found}, not what was announced; send the part again"),
            ),
            IntakeError::Lost => Self::plain(ApiCode::StoreBusy),
        }
    }
}

impl From<LogError> for ApiError {
    fn from(error: LogError) -> Self {
        match error {
            LogError::Refused { zh, en } => Self::conflict(zh, en),
            LogError::Store(error) => error.into(),
            other => Self::internal(other),
        }
    }
}

impl From<ReplayError> for ApiError {
    fn from(error: ReplayError) -> Self {
        match error {
            ReplayError::Log(LogError::Unknown(_)) => Self::unknown(),
            ReplayError::Log(error @ LogError::Broken { .. }) => Self::damaged(error),
            ReplayError::Log(error) => error.into(),
            ReplayError::Run(RunError::Problems(problems)) => Self::problems(problems),
            ReplayError::Run(error) => Self::refused(error.text(Lang::Zh), error.text(Lang::En)),
            ReplayError::Book(error) => Self::internal(error),
        }
    }
}

impl From<HindsightError> for ApiError {
    fn from(error: HindsightError) -> Self {
        match error {
            HindsightError::Unknown => Self::unknown(),
            HindsightError::Billing(error) => error.into(),
            HindsightError::Replay(error) => error.into(),
            HindsightError::Gazette(error) => error.into(),
        }
    }
}

impl From<ExaminationError> for ApiError {
    fn from(error: ExaminationError) -> Self {
        match error {
            ExaminationError::Unknown => Self::unknown(),
            ExaminationError::Refused(zh, en) => Self::refused(zh, en),
            ExaminationError::Conflict(zh, en) => Self::conflict(zh, en),
            ExaminationError::Replay(error) => error.into(),
            ExaminationError::Gazette(error) => error.into(),
        }
    }
}

impl From<GazetteError> for ApiError {
    fn from(error: GazetteError) -> Self {
        match error {
            GazetteError::Store(error) => error.into(),
            GazetteError::Log(error) => error.into(),
            GazetteError::Unknown => Self::unknown(),
            GazetteError::Problems(problems) => Self::problems(problems),
            GazetteError::NoLaw { refusal, .. } => Self::refused(refusal.text(Lang::Zh), refusal.text(Lang::En)),
            GazetteError::SamePerson => Self::plain(ApiCode::AuthSamePerson),
            GazetteError::Refused { zh, en } => Self::refused(zh, en),
            GazetteError::Conflict { zh, en } => Self::conflict(zh, en),
        }
    }
}
