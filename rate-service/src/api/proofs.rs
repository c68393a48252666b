//! Proofs: what leads from one published record to a signed checkpoint, for whoever does not take our word.

use actix_web::HttpResponse;
use actix_web::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use actix_web::web::{Data, Path};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rate_core::log::Digest;
use rate_core::record::Body;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::{Query, Service};
use crate::api_error::{ApiError, ProblemBody};
use crate::evidence::{self, HandOver, Proof};
use crate::logbook::{RunRecord, View};
use crate::replay::ReplayError;

/// Under which checkpoint.
#[derive(Clone, Copy, Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct ProofQuery {
    /// The number of entries that the checkpoint signs; the last one where nothing is said.
    pub size: Option<u64>,
}

/// A leaf of a tree with what proves it: from its hash over these to the root (RFC 9162, §2.1.3).
#[derive(Debug, Serialize, ToSchema)]
pub struct ProvedLeaf {
    /// Its index, from zero.
    pub index: u64,
    /// Leaves of the tree.
    pub of: u64,
    /// The bytes that are hashed, in base64.
    pub bytes: String,
    /// Their hash, `SHA-256(0x00 ‖ bytes)`, in hexadecimal.
    pub leaf: String,
    /// The hashes beside the way up, in hexadecimal, the lowest first.
    pub path: Vec<String>,
    /// The root that they lead to, in hexadecimal.
    pub root: String,
}

/// One hand-over of the log to another key: the last entry under a checkpoint that both keys signed.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProvedHandOver {
    /// The entry that names the new key.
    pub entry: String,
    /// From it to the root of the checkpoint.
    pub path: Vec<String>,
    /// The checkpoint, a C2SP signed note.
    pub checkpoint: String,
}

/// What leads from a record to a signed checkpoint. Of whatever else the log holds, hashes alone.
#[derive(Debug, Serialize, ToSchema)]
pub struct RecordProof {
    /// The run.
    pub run: String,
    /// The account.
    pub account: String,
    /// The record in words of JSON; its bytes stand in `record`.
    #[schema(value_type = Object)]
    pub body: Value,
    /// The record in the tree of the run.
    pub record: ProvedLeaf,
    /// The entry of the run in the log; it says the root of `record`.
    pub entry: ProvedLeaf,
    /// The checkpoint that signs the root of `entry`, a C2SP signed note.
    pub checkpoint: String,
    /// The public keys of the log up to there, oldest first, as verifiers are given them.
    pub keys: Vec<String>,
    /// How each key but the first came to be one.
    pub hand_overs: Vec<ProvedHandOver>,
}

fn hex(path: &[Digest]) -> Vec<String> {
    path.iter().map(Digest::to_string).collect()
}

impl ProvedLeaf {
    fn of(bytes: &[u8], (index, of): (u64, u64), path: &[Digest], root: Digest) -> Self {
        let leaf = Digest::leaf(bytes).to_string();
        Self { index, of, bytes: STANDARD.encode(bytes), leaf, path: hex(path), root: root.to_string() }
    }
}

impl ProvedHandOver {
    fn of(it: &HandOver) -> Self {
        Self { entry: STANDARD.encode(&it.entry), path: hex(&it.path), checkpoint: it.note.to_string() }
    }
}

impl RecordProof {
    fn of(proof: &Proof, account: String, root: Digest) -> Result<Self, ApiError> {
        let body = Body::read(&proof.body).map_err(ApiError::internal)?;
        let (run, record) = (&proof.run, (proof.record, proof.run.size));
        Ok(Self {
            run: run.id.clone(),
            account,
            body: body.to_json(),
            record: ProvedLeaf::of(&proof.body, record, &proof.record_path, run.root),
            entry: ProvedLeaf::of(&proof.entry_bytes, (proof.entry, proof.size), &proof.entry_path, root),
            checkpoint: proof.checkpoint.to_string(),
            keys: proof.keys.iter().map(ToString::to_string).collect(),
            hand_overs: proof.hand_overs.iter().map(ProvedHandOver::of).collect(),
        })
    }
}

/// The log, and the record that a path names in it; that of another area is as one that is not there.
fn found(service: &Service, (area, run, account): (&str, &str, &str)) -> Result<(View, RunRecord), ApiError> {
    let view = View::stored(service.store())?;
    let record = evidence::record(&view, run, account).map_err(ReplayError::from)?;
    if record.run.area == area { Ok((view, record)) } else { Err(ApiError::unknown()) }
}

/// The proof of one published record: from its bytes to the root of its run, from the entry of the run to a checkpoint, and
/// over each hand-over to the key that signed it. It is checked before it is given; a log that was changed gives none.
#[utoipa::path(get, path = "/v1/areas/{area}/runs/{run}/proofs/{account}", operation_id = "proofs.get", tag = "audit",
    params(("area" = String, Path), ("run" = String, Path), ("account" = String, Path), ProofQuery),
    responses((status = 200, body = RecordProof), (status = "4XX", body = ProblemBody, content_type = "application/problem+json")))]
pub async fn get(
    service: Data<Service>,
    path: Path<(String, String, String)>,
    query: Query<ProofQuery>,
) -> Result<HttpResponse, ApiError> {
    let ((area, run, account), size) = (path.into_inner(), query.size);
    let proof = service.wait(move |service| {
        let (view, record) = found(service, (&area, &run, &account))?;
        let proof = Proof::of(&view, record, size).map_err(ReplayError::from)?;
        match proof.root() {
            Some(root) => RecordProof::of(&proof, account, root),
            None => Err(ApiError::damaged("the paths of a record lead to other roots than entry and checkpoint say")),
        }
    });
    Ok(HttpResponse::Ok().json(proof.await?))
}

/// Everything that somebody without this system needs to check one published record, as a zip file: unpacked, it is what
/// `rate log evidence` writes, and `rate verify DIRECTORY` checks it offline.
#[utoipa::path(get, path = "/v1/areas/{area}/runs/{run}/evidence/{account}", operation_id = "evidence.get", tag = "audit",
    params(("area" = String, Path), ("run" = String, Path), ("account" = String, Path), ProofQuery),
    responses((status = 200, body = Vec<u8>, content_type = "application/zip"), (status = "4XX", body = ProblemBody, content_type = "application/problem+json")))]
pub async fn evidence(
    service: Data<Service>,
    path: Path<(String, String, String)>,
    query: Query<ProofQuery>,
) -> Result<HttpResponse, ApiError> {
    let ((area, run, account), size) = (path.into_inner(), query.size);
    let zip = service.wait(move |service| {
        let (view, record) = found(service, (&area, &run, &account))?;
        Ok(evidence::zipped(&view, record, size)?)
    });
    let named = (CONTENT_DISPOSITION, "attachment; filename=\"evidence.zip\"");
    Ok(HttpResponse::Ok().insert_header((CONTENT_TYPE, "application/zip")).insert_header(named).body(zip.await?))
}
