//! Parameters: base rates, phased cuts, statistics, holidays: brought in, read, approved, published.

use actix_web::HttpResponse;
use actix_web::web::{Data, Path};

use super::documents::{
    self, ApprovalRequest, DifferenceBody, DifferenceQuery, DocumentBody, FindingBody, PublicationRequest, Text,
    UploadQuery, operations,
};
use super::page::{Page, PageQuery};
use super::{Json, Once, Query, Service, Started};
use crate::api_error::{ApiError, ProblemBody};
use crate::auth::Caller;
use crate::store::DocumentKind::Parameters;

operations! {
    Parameters "parameters"
        upload "parameters.upload" "/v1/areas/{area}/parameters"
        list "parameters.list" "/v1/areas/{area}/parameters"
        get "parameters.get" "/v1/areas/{area}/parameters/{digest}"
        text "parameters.text" "/v1/areas/{area}/parameters/{digest}/text"
        findings "parameters.findings" "/v1/areas/{area}/parameters/{digest}/findings"
        diff "parameters.diff" "/v1/areas/{area}/parameters/{digest}/diff"
        approve "parameters.approve" "/v1/areas/{area}/parameters/{digest}/approval"
        publish "parameters.publish" "/v1/areas/{area}/parameters/{digest}/publication"
}
