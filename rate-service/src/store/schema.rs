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

diesel::table! {
    runs (id) {
        id -> Text,
        area -> Text,
        request -> Text,
        accepted -> Text,
        state -> Text,
        author -> Text,
        reviewer -> Nullable<Text>,
        approver -> Nullable<Text>,
        knowledge -> Nullable<BigInt>,
        frozen -> Nullable<Text>,
        problem -> Nullable<Text>,
        owner -> Nullable<Text>,
        lease_until -> BigInt,
        fence -> BigInt,
        attempts -> BigInt,
        created_at -> Text,
    }
}

diesel::table! {
    run_events (run, number) {
        run -> Text,
        number -> BigInt,
        state -> Text,
        act -> Text,
        who -> Text,
        recorded_at -> Text,
        remark -> Text,
    }
}

diesel::table! {
    run_law (run, place) {
        run -> Text,
        place -> BigInt,
        kind -> Text,
        name -> Text,
        digest -> Binary,
        content -> Text,
    }
}

diesel::table! {
    run_findings (run, number) {
        run -> Text,
        number -> BigInt,
        kind -> Text,
        account -> Nullable<Text>,
        file -> Text,
        field -> Text,
        reported -> Text,
    }
}

diesel::table! {
    run_chunks (run, number) {
        run -> Text,
        number -> BigInt,
        after_account -> Text,
        upto -> Text,
        accounts -> BigInt,
        done -> Bool,
        owner -> Nullable<Text>,
        lease_until -> BigInt,
        fence -> BigInt,
        attempts -> BigInt,
        summary -> Nullable<Text>,
    }
}

diesel::table! {
    run_blocks (run, chunk) {
        run -> Text,
        chunk -> BigInt,
        places -> Text,
        bodies -> Binary,
    }
}

diesel::table! {
    run_left_out (run, account) {
        run -> Text,
        account -> Text,
        chunk -> BigInt,
        why -> Text,
        problems -> Text,
    }
}
