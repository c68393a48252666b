//! The operations on documents of law: rule sets and parameters have the same, each under its own noun.

/// The handlers of a noun: its kind, its tag, and of each operation name and path.
macro_rules! operations {
    ($kind:ident $tag:literal
        upload $upload:literal $upload_at:literal
        list $list:literal $list_at:literal
        get $get:literal $get_at:literal
        text $text:literal $text_at:literal
        findings $findings:literal $findings_at:literal
        diff $diff:literal $diff_at:literal
        approve $approve:literal $approve_at:literal
        publish $publish:literal $publish_at:literal
    ) => {
        /// Brings a document in: it is read, resolved against what is published, examined, and kept as a draft under the digest of
        /// its canonical form. The same content again is the same draft, answered with 200. What is of
        /// the whole nation, the frames that other sets extend above all, is of area `cn`.
        #[utoipa::path(post, path = $upload_at, operation_id = $upload, tag = $tag,
            params(("Idempotency-Key" = String, Header, description = "a new one for each thing to be done"), ("area" = String, Path, description = "code of the area"), UploadQuery),
            request_body(content((String = "application/toml"), (serde_json::Value = "application/json"))),
            responses((status = 201, body = DocumentBody), (status = 200, body = DocumentBody), (status = "4XX", body = ProblemBody, content_type = "application/problem+json")))]
        pub async fn upload(
            (service, caller, once): (Data<Service>, Caller, Once),
            started: Started,
            area: Path<String>,
            query: Query<UploadQuery>,
            text: Text,
        ) -> Result<HttpResponse, ApiError> {
            let place = (area.into_inner(), $kind, started.lang);
            documents::upload(&service, place, &caller, once, (query.into_inner(), text)).await
        }

        /// The documents of an area with how far each is, oldest first.
        #[utoipa::path(get, path = $list_at, operation_id = $list, tag = $tag,
            params(("area" = String, Path, description = "code of the area"), PageQuery),
            responses((status = 200, body = Page<DocumentBody>), (status = "4XX", body = ProblemBody, content_type = "application/problem+json")))]
        pub async fn list(
            service: Data<Service>,
            started: Started,
            area: Path<String>,
            page: Query<PageQuery>,
        ) -> Result<HttpResponse, ApiError> {
            documents::list(&service, (area.into_inner(), $kind, started.lang), &page).await
        }

        /// A document, and how far it is.
        #[utoipa::path(get, path = $get_at, operation_id = $get, tag = $tag,
            params(("area" = String, Path, description = "code of the area"), ("digest" = String, Path, description = "SHA-256 of the canonical form, in hexadecimal")),
            responses((status = 200, body = DocumentBody), (status = "4XX", body = ProblemBody, content_type = "application/problem+json")))]
        pub async fn get(
            service: Data<Service>,
            started: Started,
            path: Path<(String, String)>,
        ) -> Result<HttpResponse, ApiError> {
            let (area, digest) = path.into_inner();
            let found = documents::found(&service, (area, $kind), &digest).await?;
            Ok(HttpResponse::Ok().json(DocumentBody::of(found, started.lang)))
        }

        /// The text of a document, byte for byte as it came.
        #[utoipa::path(get, path = $text_at, operation_id = $text, tag = $tag,
            params(("area" = String, Path, description = "code of the area"), ("digest" = String, Path, description = "SHA-256 of the canonical form, in hexadecimal")),
            responses((status = 200, body = String, content_type = "application/toml"), (status = "4XX", body = ProblemBody, content_type = "application/problem+json")))]
        pub async fn text(service: Data<Service>, path: Path<(String, String)>) -> Result<HttpResponse, ApiError> {
            let (area, digest) = path.into_inner();
            Ok(documents::text(documents::found(&service, (area, $kind), &digest).await?))
        }

        /// What the checker found when the document came in, heaviest first.
        #[utoipa::path(get, path = $findings_at, operation_id = $findings, tag = $tag,
            params(("area" = String, Path, description = "code of the area"), ("digest" = String, Path, description = "SHA-256 of the canonical form, in hexadecimal"), PageQuery),
            responses((status = 200, body = Page<FindingBody>), (status = "4XX", body = ProblemBody, content_type = "application/problem+json")))]
        pub async fn findings(
            service: Data<Service>,
            started: Started,
            path: Path<(String, String)>,
            page: Query<PageQuery>,
        ) -> Result<HttpResponse, ApiError> {
            let (area, digest) = path.into_inner();
            let found = documents::found(&service, (area, $kind), &digest).await?;
            documents::findings(&found, &page, started.lang)
        }

        /// What a document says otherwise than another: the one named, else the one it comes after.
        #[utoipa::path(get, path = $diff_at, operation_id = $diff, tag = $tag,
            params(("area" = String, Path, description = "code of the area"), ("digest" = String, Path, description = "SHA-256 of the canonical form, in hexadecimal"), DifferenceQuery),
            responses((status = 200, body = DifferenceBody), (status = "4XX", body = ProblemBody, content_type = "application/problem+json")))]
        pub async fn diff(
            service: Data<Service>,
            started: Started,
            path: Path<(String, String)>,
            query: Query<DifferenceQuery>,
        ) -> Result<HttpResponse, ApiError> {
            let (area, digest) = path.into_inner();
            let found = documents::found(&service, (area, $kind), &digest).await?;
            documents::difference(&service, found, query, started.lang).await
        }

        /// Records that the document was approved; another person than its author does it. What the checker refuses never is.
        #[utoipa::path(post, path = $approve_at, operation_id = $approve, tag = $tag,
            request_body = ApprovalRequest, params(("Idempotency-Key" = String, Header, description = "a new one for each thing to be done"), ("area" = String, Path, description = "code of the area"), ("digest" = String, Path, description = "SHA-256 of the canonical form, in hexadecimal")),
            responses((status = 200, body = DocumentBody), (status = "4XX", body = ProblemBody, content_type = "application/problem+json")))]
        pub async fn approve(
            (service, caller, once): (Data<Service>, Caller, Once),
            started: Started,
            path: Path<(String, String)>,
            request: Json<ApprovalRequest>,
        ) -> Result<HttpResponse, ApiError> {
            let (area, digest) = path.into_inner();
            documents::approve(&service, ((area, $kind, started.lang), &digest), &caller, once, request).await
        }

        /// Publishes a document that is approved: it holds from here on, and the log has an entry that says so. A document that is
        /// not complete is released for trial: it may be tried, what is decided under it is a trial, and the log says nothing of it.
        #[utoipa::path(post, path = $publish_at, operation_id = $publish, tag = $tag,
            request_body = PublicationRequest, params(("Idempotency-Key" = String, Header, description = "a new one for each thing to be done"), ("area" = String, Path, description = "code of the area"), ("digest" = String, Path, description = "SHA-256 of the canonical form, in hexadecimal")),
            responses((status = 200, body = DocumentBody), (status = "4XX", body = ProblemBody, content_type = "application/problem+json")))]
        pub async fn publish(
            (service, caller, once): (Data<Service>, Caller, Once),
            started: Started,
            path: Path<(String, String)>,
            _: Json<PublicationRequest>,
        ) -> Result<HttpResponse, ApiError> {
            let (area, digest) = path.into_inner();
            documents::publish(&service, ((area, $kind, started.lang), &digest), &caller, once).await
        }
    };
}

pub(in crate::api) use operations;
