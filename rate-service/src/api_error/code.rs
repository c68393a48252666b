//! The stable codes of failed requests, with their status and sentences.

use actix_web::http::StatusCode;
use rate_core::error::Lang;

macro_rules! codes {
    ($($(#[doc = $doc:literal])+ $name:ident = $code:literal $status:ident, $en_title:literal, $zh_title:literal, $en:literal, $zh:literal;)+) => {
        /// The kind of a failure. Codes are stable: they are never renamed or reused.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum ApiCode {
            $($(#[doc = $doc])+ $name,)+
        }

        impl ApiCode {
            /// Every code there is.
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];

            /// The dotted name.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $code,)+
                }
            }

            /// The status of its answer.
            pub const fn status(self) -> StatusCode {
                match self {
                    $(Self::$name => StatusCode::$status,)+
                }
            }

            /// The kind in words.
            pub const fn title(self, lang: Lang) -> &'static str {
                match (self, lang) {
                    $((Self::$name, Lang::En) => $en_title, (Self::$name, Lang::Zh) => $zh_title,)+
                }
            }

            /// The sentence, with `{0}`, `{1}` … where values go.
            pub const fn template(self, lang: Lang) -> &'static str {
                match (self, lang) {
                    $((Self::$name, Lang::En) => $en, (Self::$name, Lang::Zh) => $zh,)+
                }
            }
        }
    };
}

codes! {
    /// The request cannot be read.
    RequestMalformed = "request.malformed" BAD_REQUEST, "malformed request", "请求格式有误",
        "the request cannot be read: {0}", "请求无法读取：{0}";
    /// A value of the path or the query that cannot be taken.
    RequestValue = "request.value" BAD_REQUEST, "a value that cannot be taken", "参数不可用",
        "`{1}` cannot be taken for `{0}`; expected: {2}", "`{0}` 不能为 `{1}`；应为：{2}";
    /// A name in the query that the operation does not know.
    RequestParameterUnknown = "request.parameter-unknown" BAD_REQUEST, "unknown parameter", "参数名不认识",
        "there is no parameter `{0}`; there are: {1}", "没有参数 `{0}`；可用的参数：{1}";
    /// A parameter that the operation cannot do without.
    RequestParameterMissing = "request.parameter-missing" BAD_REQUEST, "a parameter is missing", "缺少参数",
        "the query lacks `{0}`", "查询缺少参数 `{0}`";
    /// A parameter that stands in the query twice.
    RequestParameterTwice = "request.parameter-twice" BAD_REQUEST, "a parameter stands twice", "参数重复",
        "`{0}` stands in the query twice", "查询中参数 `{0}` 重复";
    /// A request with an effect that has no Idempotency-Key.
    RequestKey = "request.idempotency-key" BAD_REQUEST, "no Idempotency-Key", "缺少 Idempotency-Key",
        "send an Idempotency-Key of 1 to 255 visible ASCII characters, a new one for each thing you want done",
        "请附 Idempotency-Key（1至255个可见ASCII字符），每办一件事用一个新的";
    /// The path does not have the method.
    RequestMethod = "request.method" METHOD_NOT_ALLOWED, "method not allowed", "方法不允许",
        "this path has: {0}", "该路径可用的方法：{0}";
    /// The body is larger than it may be.
    RequestTooLarge = "request.too-large" PAYLOAD_TOO_LARGE, "body too large", "请求内容过大",
        "the body is larger than {0} bytes", "请求内容超过 {0} 字节";
    /// The body does not go on.
    RequestTimeout = "request.timeout" REQUEST_TIMEOUT, "body does not go on", "请求内容中断",
        "nothing more of the body came for {0} seconds", "{0} 秒内未收到后续内容";
    /// The body is of a type that is not read here.
    RequestType = "request.type" UNSUPPORTED_MEDIA_TYPE, "type not read here", "内容类型不支持",
        "send the body as: {0}", "请求内容的类型应为：{0}";
    /// No form of the answer that the caller takes.
    RequestAccept = "request.accept" NOT_ACCEPTABLE, "no such form", "无此格式",
        "the answer can be had as: {0}", "可取的格式：{0}";

    /// No key came with the request.
    AuthMissing = "auth.missing" UNAUTHORIZED, "no key", "缺少密钥",
        "send `Authorization: Bearer` with a key", "请在 `Authorization: Bearer` 中附密钥";
    /// A key that is none, is unknown, or was taken back.
    AuthUnknown = "auth.unknown" UNAUTHORIZED, "unknown key", "密钥无效",
        "the key is unknown or was taken back", "密钥不存在或已收回";
    /// The role of the key does not have the operation.
    AuthRole = "auth.role" FORBIDDEN, "not for this role", "角色无此权限",
        "a key of role `{0}` cannot do this; roles that can: {1}", "角色 `{0}` 不能办理此项；可办理的角色：{1}";
    /// A form that no page of ours sent.
    AuthForeign = "auth.foreign" FORBIDDEN, "sent from elsewhere", "来源不符",
        "this was not sent by a page of the console; open the page and send it from there", "请求并非来自本系统页面；请在页面中重新操作";
    /// Two parts of one thing that one person may not have.
    AuthSamePerson = "auth.same-person" FORBIDDEN, "another person is needed", "须由他人办理",
        "this needs another person than the one who made it", "须由经办人以外的人办理";

    /// Nothing here has this path.
    RouteUnknown = "route.unknown" NOT_FOUND, "no such path", "无此路径",
        "nothing here has this path", "没有此路径";
    /// There is no such thing, or it is another's.
    ObjectUnknown = "object.unknown" NOT_FOUND, "not found", "不存在",
        "there is no such thing here", "没有此对象";

    /// What was asked does not fit what stands now.
    StateConflict = "state.conflict" CONFLICT, "does not fit what stands", "与现状不符",
        "this does not fit what stands now", "与现在的状态不符";
    /// What the caller last saw is not what stands now.
    StateChanged = "state.changed" PRECONDITION_FAILED, "changed meanwhile", "已被更改",
        "it was changed meanwhile; it is now at {0}", "其间已被更改，现为 {0}";
    /// The Idempotency-Key was used for something else.
    IdempotencyReused = "idempotency.reused" UNPROCESSABLE_ENTITY, "key used for something else", "Idempotency-Key 已用于他事",
        "this Idempotency-Key was sent before with another request", "此 Idempotency-Key 此前用于另一请求";
    /// The data is wrong.
    ContentProblems = "content.problems" UNPROCESSABLE_ENTITY, "problems in the data", "数据有误",
        "the data has problems; all of them are listed", "数据有误，已全部列出";
    /// The data is right, and the rules give no answer.
    ContentRefused = "content.refused" UNPROCESSABLE_ENTITY, "refused", "不予办理",
        "this cannot be done", "不能办理";

    /// More was asked in a time than is answered in it.
    LimitRate = "limit.rate" TOO_MANY_REQUESTS, "too many requests", "请求过多",
        "too many requests; wait as long as Retry-After says", "请求过多，请按 Retry-After 等待";
    /// The database does not answer in time.
    StoreBusy = "store.busy" SERVICE_UNAVAILABLE, "busy", "系统繁忙",
        "the database does not answer in time; send the same again under the same Idempotency-Key",
        "数据库未及时应答，请以同一 Idempotency-Key 重发";
    /// Something that should not happen.
    Internal = "internal" INTERNAL_SERVER_ERROR, "failure of the server", "服务器故障",
        "something failed here, and nothing was done; its cause is in the log of the server",
        "服务器发生故障，请求未执行；原因见服务器日志";
}

impl ApiCode {
    /// Whether the same request may succeed later.
    pub const fn retryable(self) -> bool {
        matches!(self, Self::RequestTimeout | Self::LimitRate | Self::StoreBusy | Self::Internal)
    }
}
