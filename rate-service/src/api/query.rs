//! The query of a request, read into a type; whatever is wrong with it is said by the name of the parameter.

use std::fmt::{self, Display};
use std::ops::Deref;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest, web};
use futures_util::future::{Ready, ready};
use serde::de::value::{MapDeserializer, StringDeserializer};
use serde::de::{DeserializeOwned, Deserializer, Error, IntoDeserializer, Visitor};
use serde::forward_to_deserialize_any;

use crate::api_error::{ApiCode, ApiError};

/// A query that was read into a type.
#[derive(Clone, Debug)]
pub struct Query<T>(T);

impl<T> Query<T> {
    /// What was read.
    pub fn into_inner(self) -> T {
        self.0
    }
}

impl<T> Deref for Query<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T: DeserializeOwned> FromRequest for Query<T> {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(read(request.query_string()).map(Self))
    }
}

fn read<T: DeserializeOwned>(query: &str) -> Result<T, ApiError> {
    let pairs = web::Query::<Vec<(String, String)>>::from_query(query);
    let pairs = pairs.map_err(|error| ApiError::new(ApiCode::RequestMalformed, [error]))?.into_inner();
    let pairs = pairs.into_iter().map(|(name, text)| (name.clone(), Parameter { name, text }));
    T::deserialize(MapDeserializer::new(pairs)).map_err(ApiError::from)
}

/// What is wrong with a query.
#[derive(Debug)]
enum Wrong {
    Unknown { name: String, known: String },
    Missing(&'static str),
    Twice(&'static str),
    Value { name: String, text: String, expected: String },
    Word(&'static [&'static str]),
    Other(String),
}

impl From<Wrong> for ApiError {
    fn from(wrong: Wrong) -> Self {
        match wrong {
            Wrong::Unknown { name, known } => Self::new(ApiCode::RequestParameterUnknown, [name, known]),
            Wrong::Missing(name) => Self::new(ApiCode::RequestParameterMissing, [name]),
            Wrong::Twice(name) => Self::new(ApiCode::RequestParameterTwice, [name]),
            Wrong::Value { name, text, expected } => Self::new(ApiCode::RequestValue, [name, text, expected]),
            Wrong::Word(known) => Self::new(ApiCode::RequestMalformed, [known.join(", ")]),
            Wrong::Other(text) => Self::new(ApiCode::RequestMalformed, [text]),
        }
    }
}

impl Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self:?}")
    }
}

impl std::error::Error for Wrong {}

impl Error for Wrong {
    fn custom<T: Display>(message: T) -> Self {
        Self::Other(message.to_string())
    }

    fn unknown_variant(_: &str, known: &'static [&'static str]) -> Self {
        Self::Word(known)
    }

    fn unknown_field(name: &str, known: &'static [&'static str]) -> Self {
        Self::Unknown { name: name.to_owned(), known: known.join(", ") }
    }

    fn missing_field(name: &'static str) -> Self {
        Self::Missing(name)
    }

    fn duplicate_field(name: &'static str) -> Self {
        Self::Twice(name)
    }
}

/// The text of a parameter, under its name.
struct Parameter {
    name: String,
    text: String,
}

impl IntoDeserializer<'_, Wrong> for Parameter {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

macro_rules! parsed {
    ($($method:ident $visit:ident $expected:literal;)+) => {
        $(fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
            match self.text.parse() {
                Ok(value) => visitor.$visit(value),
                Err(_) => Err(Wrong::Value { name: self.name, text: self.text, expected: $expected.to_owned() }),
            }
        })+
    };
}

impl<'de> Deserializer<'de> for Parameter {
    type Error = Wrong;

    parsed! {
        deserialize_bool visit_bool "true, false";
        deserialize_i64 visit_i64 "…, -1, 0, 1, …";
        deserialize_u32 visit_u32 "0, 1, 2, …";
        deserialize_u64 visit_u64 "0, 1, 2, …";
    }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        visitor.visit_string(self.text)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        visitor.visit_some(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Wrong> {
        let Self { name, text } = self;
        let word: StringDeserializer<Wrong> = text.clone().into_deserializer();
        visitor.visit_enum(word).map_err(|wrong| match wrong {
            Wrong::Word(known) => Wrong::Value { name, text, expected: known.join(", ") },
            other => other,
        })
    }

    forward_to_deserialize_any! {
        i8 i16 i32 i128 u8 u16 u128 f32 f64 char str string bytes byte_buf unit unit_struct newtype_struct seq tuple
        tuple_struct map struct identifier ignored_any
    }
}
