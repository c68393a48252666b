//! The tables as diesel sees them; `migrations/` makes them, once for each database, and a test compares all three. Here
//! are those whose rows are only ever added.

mod states;

pub(super) use states::*;

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
    approvals (digest) {
        digest -> Binary,
        approver -> Text,
        approver_name -> Text,
        document_number -> Text,
        organ -> Text,
        dated -> Text,
        approved_at -> Text,
    }
}

diesel::table! {
    publications (number) {
        number -> BigInt,
        digest -> Binary,
        trial -> Bool,
        publisher -> Text,
        publisher_name -> Text,
        published_at -> Text,
    }
}

diesel::table! {
    acknowledgements (area, account, number) {
        area -> Text,
        account -> Text,
        number -> BigInt,
        decision -> Binary,
        month -> Text,
        rate_percent -> Text,
        caller -> Text,
        at -> Text,
    }
}

diesel::table! {
    announcements (run, number) {
        run -> Text,
        number -> BigInt,
        first_day -> Text,
        place -> Text,
        recorded_by -> Text,
        recorded_at -> Text,
    }
}

diesel::table! {
    services (run, account, number) {
        run -> Text,
        account -> Text,
        number -> BigInt,
        served_on -> Text,
        channel -> Text,
        proof -> Text,
        recorded_by -> Text,
        recorded_at -> Text,
    }
}

diesel::table! {
    objections (id) {
        id -> Text,
        area -> Text,
        account -> Text,
        run -> Text,
        kind -> Text,
        filed_on -> Text,
        last_day -> Text,
        grounds -> Text,
        documents -> Text,
        recorded_by -> Text,
        recorded_at -> Text,
    }
}

diesel::table! {
    objection_events (objection, number) {
        objection -> Text,
        number -> BigInt,
        state -> Text,
        happened_on -> Text,
        document -> Text,
        remark -> Text,
        run -> Text,
        recorded_by -> Text,
        recorded_at -> Text,
    }
}

diesel::allow_tables_to_appear_in_same_query!(drafts, publications);
