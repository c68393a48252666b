//! What a method says of projects: whose experience floats their rate, and whose claims their claims are.

use crate::citation::BasisId;
use crate::history::words;
use crate::industry::RiskClass;

words! {
    /// Whose experience gives a project its grade.
    pub enum ProjectSubject {
        /// Nobody's: projects do not float.
        None = "none",
        /// That of the project itself.
        Project = "project",
        /// That of all projects of its contractor.
        Contractor = "contractor",
        /// That of all projects of the area.
        Area = "area",
    }
}

/// What a method says of projects.
///
/// With any subject but [`ProjectSubject::None`] the whole set is a method for projects: its windows, measures, tables
/// and ladder are those of the subject, and it decides no employer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProjectRules {
    /// Whose experience counts.
    pub subject: ProjectSubject,
    /// Whether claims of projects count in the employer's own float.
    pub with_employer: bool,
    /// The class whose rows and grades hold for the subject; in a method for projects only.
    pub class: Option<RiskClass>,
    /// Basis.
    pub basis: BasisId,
}
