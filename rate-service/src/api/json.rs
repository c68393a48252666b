//! A body of JSON, read whole, within its bound.

use std::fmt;
use std::marker::PhantomData;
use std::time::Duration;

use actix_web::dev::Payload;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::rt::time::timeout;
use actix_web::web::{Bytes, Data};
use actix_web::{FromRequest, HttpMessage, HttpRequest};
use futures_util::StreamExt;
use futures_util::future::LocalBoxFuture;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserialize, DeserializeOwned, Deserializer, MapAccess, Visitor};

use super::Service;
use crate::api_error::{ApiCode, ApiError};

/// A body that was read as JSON of a type.
#[derive(Clone, Debug)]
pub struct Json<T>(pub T);

/// The bytes of a body, where they were read before the handler.
#[derive(Clone, Debug)]
pub struct Whole(pub Bytes);

impl<T: DeserializeOwned + 'static> FromRequest for Json<T> {
    type Error = ApiError;
    type Future = LocalBoxFuture<'static, Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, mut payload) = (request.clone(), payload.take());
        Box::pin(async move {
            is_json(&request)?;
            let body = whole(&request, &mut payload).await?;
            read(&body).map(Self)
        })
    }
}

/// What stands as an object: an array of the same values in order is none.
#[derive(Clone, Debug)]
pub struct Object<T>(pub T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(source: D) -> Result<Self, D::Error> {
        struct Named<T>(PhantomData<T>);

        impl<'de, T: Deserialize<'de>> Visitor<'de> for Named<T> {
            type Value = T;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
                T::deserialize(MapAccessDeserializer::new(map))
            }
        }

        source.deserialize_map(Named(PhantomData)).map(Self)
    }
}

/// Reads an object of JSON of a type.
///
/// # Errors
/// What is no JSON, or no such thing, with line and column.
pub fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, ApiError> {
    let read: Result<Object<T>, _> = serde_json::from_slice(body);
    read.map(|object| object.0).map_err(|error| ApiError::new(ApiCode::RequestMalformed, [error]))
}

fn is_json(request: &HttpRequest) -> Result<(), ApiError> {
    let kind = request.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let essence = kind.split(';').next().unwrap_or_default().trim();
    if essence.eq_ignore_ascii_case("application/json") {
        Ok(())
    } else {
        Err(ApiError::new(ApiCode::RequestType, ["application/json"]))
    }
}

/// The next bytes of a body; none at its end.
///
/// # Errors
/// A body that was cut off, or of which nothing came for a while.
pub async fn piece(payload: &mut Payload, wait: Duration) -> Result<Option<Bytes>, ApiError> {
    match timeout(wait, payload.next()).await {
        Ok(piece) => piece.transpose().map_err(|error| ApiError::new(ApiCode::RequestMalformed, [error])),
        Err(_) => Err(ApiError::new(ApiCode::RequestTimeout, [wait.as_secs()])),
    }
}

/// The bytes of a body.
///
/// # Errors
/// More bytes than a body may have; one that was cut off or does not go on.
pub async fn whole(request: &HttpRequest, payload: &mut Payload) -> Result<Bytes, ApiError> {
    if let Some(Whole(bytes)) = request.extensions().get::<Whole>() {
        return Ok(bytes.clone());
    }
    let limits = request.app_data::<Data<Service>>().map(|service| service.limits).unwrap_or_default();
    let most = limits.body_bytes;
    let mut body = actix_web::web::BytesMut::new();
    while let Some(piece) = piece(payload, limits.body_wait).await? {
        if body.len() + piece.len() > most {
            return Err(ApiError::new(ApiCode::RequestTooLarge, [most]));
        }
        body.extend_from_slice(&piece);
    }
    Ok(body.freeze())
}
