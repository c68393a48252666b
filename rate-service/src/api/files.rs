//! A file that is made to be sent: in a directory that nobody else sees, gone when it was sent.

use std::fs::{self, File};
use std::io::Read;
use std::path::Path;

use actix_web::http::header::HeaderName;
use actix_web::web::{self, Bytes};
use actix_web::{HttpResponse, HttpResponseBuilder, http::StatusCode};
use futures_util::stream::try_unfold;

use crate::api_error::ApiError;

/// Bytes that are read at a time.
const PIECE: usize = 1 << 18;

/// Has files made in a directory and opens one of them; the directory is gone then, and the file with its last reader.
pub(super) fn made(make: impl FnOnce(&Path) -> Result<(), ApiError>, name: &str) -> Result<File, ApiError> {
    let dir = tempfile::tempdir().map_err(ApiError::internal)?;
    make(dir.path())?;
    let path = dir.path().join(name);
    if !fs::exists(&path).map_err(ApiError::internal)? {
        return Err(ApiError::unknown());
    }
    File::open(path).map_err(ApiError::internal)
}

/// Sends a file, a piece at a time: nothing is read before its reader has taken what came before.
pub(super) fn streamed(file: File, headers: impl IntoIterator<Item = (HeaderName, String)>) -> HttpResponse {
    let pieces = try_unfold(file, |mut file| async move {
        let read = web::block(move || {
            let mut piece = vec![0; PIECE];
            let read = file.read(&mut piece)?;
            piece.truncate(read);
            Ok::<_, std::io::Error>((piece, file))
        });
        let (piece, file) = read.await.map_err(ApiError::internal)?.map_err(ApiError::internal)?;
        Ok::<_, ApiError>((!piece.is_empty()).then(|| (Bytes::from(piece), file)))
    });
    let mut response = HttpResponseBuilder::new(StatusCode::OK);
    for header in headers {
        response.insert_header(header);
    }
    response.streaming(pieces)
}
