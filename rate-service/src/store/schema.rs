//! The tables as diesel sees them; `migrations/` makes them, once for each database, and a test compares all three.

diesel::table! {
    facts (area, account, kind, knowledge, leaf) {
        area -> Text,
        account -> Text,
        kind -> Text,
        knowledge -> BigInt,
        leaf -> Binary,
        standing -> Bool,
        line -> Text,
    }
}

diesel::table! {
    mentions (area, account, kind, other) {
        area -> Text,
        account -> Text,
        kind -> Text,
        other -> Text,
    }
}

diesel::table! {
    knowledge (number) {
        number -> BigInt,
        recorded_at -> Text,
        entry -> BigInt,
    }
}

diesel::table! {
    documents (digest) {
        digest -> Binary,
        kind -> Text,
        content -> Text,
    }
}

diesel::table! {
    bodies (run, place) {
        run -> Text,
        place -> BigInt,
        area -> Text,
        account -> Text,
        leaf -> Binary,
        body -> Binary,
    }
}

diesel::table! {
    entries (place) {
        place -> BigInt,
        leaf -> Binary,
        entry -> Binary,
    }
}

diesel::table! {
    checkpoints (size) {
        size -> BigInt,
        note -> Text,
    }
}

diesel::table! {
    signers (place) {
        place -> BigInt,
        key -> Text,
    }
}

diesel::table! {
    api_keys (id) {
        id -> Text,
        hash -> Binary,
        role -> Text,
        areas -> Text,
        holder -> Text,
        created_at -> Text,
        created_by -> Text,
        revoked_at -> Nullable<Text>,
    }
}

diesel::table! {
    accesses (trace) {
        trace -> Text,
        at -> Text,
        caller -> Text,
        operation -> Text,
        area -> Text,
        status -> BigInt,
    }
}

diesel::table! {
    answers (caller, operation, key) {
        caller -> Text,
        operation -> Text,
        key -> Text,
        fingerprint -> Binary,
        at -> Text,
        status -> BigInt,
        location -> Text,
        body -> Text,
    }
}
