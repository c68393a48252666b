//! The tables whose rows change: states of jobs, keys, sessions, leases.

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
    sessions (hash) {
        hash -> Binary,
        key -> Text,
        created_at -> Text,
        seen_at -> Text,
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
    import_events (import, number) {
        import -> Text,
        number -> BigInt,
        state -> Text,
        stage -> Text,
        recorded_at -> Text,
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

diesel::table! {
    imports (id) {
        id -> Text,
        area -> Text,
        mode -> Text,
        keep -> Text,
        dry_run -> Bool,
        author -> Text,
        opened_at -> Text,
        state -> Text,
        stage -> Text,
        problem -> Text,
        number -> BigInt,
    }
}

diesel::table! {
    import_progress (import) {
        import -> Text,
        known -> BigInt,
        round -> BigInt,
        cursor -> Text,
        accounts -> BigInt,
        problems -> BigInt,
        owner -> Text,
        lease_until -> BigInt,
        fence -> BigInt,
    }
}

diesel::table! {
    import_parts (import, part) {
        import -> Text,
        part -> BigInt,
        name -> Text,
        kind -> Text,
        form -> Text,
        encoding -> Text,
        mapping -> Text,
        attempt -> BigInt,
        bytes -> BigInt,
        digest -> Text,
        whole -> BigInt,
        state -> Text,
        rows -> BigInt,
        problems -> BigInt,
        list -> Text,
    }
}

diesel::table! {
    import_pieces (import, part, attempt, place) {
        import -> Text,
        part -> BigInt,
        attempt -> BigInt,
        place -> BigInt,
        bytes -> Binary,
    }
}

diesel::table! {
    import_rows (import, account, kind, leaf, part, row_number) {
        import -> Text,
        account -> Text,
        kind -> Text,
        leaf -> Binary,
        part -> BigInt,
        #[sql_name = "row"]
        row_number -> BigInt,
        standing -> Bool,
        line -> Text,
    }
}

diesel::table! {
    import_mentions (import, account, kind, other) {
        import -> Text,
        account -> Text,
        kind -> Text,
        other -> Text,
    }
}

diesel::table! {
    import_accounts (import, mark, account) {
        import -> Text,
        mark -> BigInt,
        account -> Text,
    }
}

diesel::table! {
    import_problems (import, number) {
        import -> Text,
        number -> BigInt,
        stage -> Text,
        account -> Text,
        part -> BigInt,
        file -> Text,
        place -> Text,
        field -> Text,
        code -> Text,
        zh -> Text,
        en -> Text,
    }
}

diesel::table! {
    import_totals (import, part, kind, column_) {
        import -> Text,
        part -> BigInt,
        kind -> Text,
        #[sql_name = "column"]
        column_ -> Text,
        total -> Text,
    }
}

diesel::table! {
    drafts (digest) {
        digest -> Binary,
        kind -> Text,
        area -> Text,
        name -> Text,
        form -> Text,
        source -> Text,
        content -> Text,
        verdict -> Text,
        findings -> Text,
        supersedes -> Nullable<Binary>,
        author -> Text,
        author_name -> Text,
        uploaded_at -> Text,
    }
}

diesel::table! {
    impacts (id) {
        id -> Text,
        area -> Text,
        digest -> Binary,
        against -> Binary,
        day -> Text,
        day_before -> Text,
        knowledge -> BigInt,
        law -> BigInt,
        state -> Text,
        after_account -> Text,
        result -> Text,
        fence -> BigInt,
        lease_until -> BigInt,
        asked_by -> Text,
        asked_at -> Text,
        ended_at -> Nullable<Text>,
    }
}

diesel::table! {
    scenarios (id) {
        id -> Text,
        area -> Text,
        day -> Text,
        study -> Text,
        knowledge -> BigInt,
        law -> BigInt,
        state -> Text,
        stage -> Text,
        done -> BigInt,
        out_of -> BigInt,
        problems -> Text,
        fence -> BigInt,
        lease_until -> BigInt,
        asked_by -> Text,
        asked_at -> Text,
        ended_at -> Nullable<Text>,
    }
}

diesel::table! {
    scenario_events (scenario, number) {
        scenario -> Text,
        number -> BigInt,
        state -> Text,
        recorded_at -> Text,
    }
}

diesel::table! {
    scenario_parts (scenario, lang, form, place) {
        scenario -> Text,
        lang -> Text,
        form -> Text,
        place -> BigInt,
        name -> Text,
        content -> Text,
    }
}

diesel::table! {
    examinations (id) {
        id -> Text,
        kind -> Text,
        area -> Text,
        request -> Text,
        knowledge -> BigInt,
        law -> BigInt,
        state -> Text,
        done -> BigInt,
        out_of -> BigInt,
        lines -> BigInt,
        result -> Text,
        fence -> BigInt,
        lease_until -> BigInt,
        asked_by -> Text,
        asked_at -> Text,
        ended_at -> Nullable<Text>,
    }
}

diesel::table! {
    examination_attempts (examination) { examination -> Text, attempts -> BigInt, }
}

diesel::table! {
    examination_events (examination, number) {
        examination -> Text,
        number -> BigInt,
        state -> Text,
        recorded_at -> Text,
    }
}

diesel::table! {
    examination_lines (examination, place) {
        examination -> Text,
        place -> BigInt,
        zh -> Text,
        en -> Text,
    }
}

diesel::table! {
    examination_files (examination, lang, name) {
        examination -> Text,
        lang -> Text,
        name -> Text,
        content -> Binary,
    }
}

diesel::table! {
    hook_events (number) {
        number -> BigInt,
        area -> Text,
        kind -> Text,
        data -> Text,
        recorded_at -> Text,
        shared_out -> Bool,
    }
}

diesel::table! {
    webhooks (id) {
        id -> Text,
        area -> Text,
        url -> Text,
        kinds -> Text,
        secret -> Text,
        former -> Text,
        former_until -> Text,
        state -> Text,
        created_by -> Text,
        created_at -> Text,
        disabled_at -> Nullable<Text>,
        rests_until -> BigInt,
        served_at -> BigInt,
        fence -> BigInt,
        lease_until -> BigInt,
    }
}

diesel::table! {
    hook_deliveries (webhook, event) {
        webhook -> Text,
        event -> BigInt,
        state -> Text,
        attempts -> BigInt,
        status -> BigInt,
        problem -> Text,
        due_at -> BigInt,
        tried_at -> Nullable<Text>,
        ended_at -> Nullable<Text>,
    }
}

diesel::allow_tables_to_appear_in_same_query!(imports, import_progress);
diesel::allow_tables_to_appear_in_same_query!(hook_events, webhooks, hook_deliveries);
