-- The book as tables. Texts compare by their bytes, so that days and months in their ISO form do.
CREATE TABLE accounts (area text, account text COLLATE "C", credit_code text, name text, sub_area text, kind text, first_ever text);
CREATE TABLE coverage (area text, account text COLLATE "C", "from" text COLLATE "C", "to" text COLLATE "C", state text);
CREATE TABLE classifications (area text, account text COLLATE "C", "from" text COLLATE "C", "to" text COLLATE "C", class_system text, class bigint,
    industry_edition text, industry text, decided_by text, document text);
CREATE TABLE premiums (area text, account text COLLATE "C", "from" text COLLATE "C", "to" text COLLATE "C", payroll_fen bigint, heads bigint,
    due_fen bigint, paid_fen bigint, relieved_fen bigint, kind text, received_on text);
CREATE TABLE claims (area text, account text COLLATE "C", claim text COLLATE "C", person text COLLATE "C", article text, accident text, recognised text COLLATE "C",
    status text, disability_level bigint, assessed_on text, death text COLLATE "C", arrangement text, labour_relation text,
    using_unit text, responsible text, tags text, project text);
CREATE TABLE payments (area text, account text COLLATE "C", claim text COLLATE "C", item text, payer text, determined_on text, accounted_on text,
    paid_on text COLLATE "C", amount_fen bigint);
CREATE TABLE events (area text, account text COLLATE "C", event text, kind text, level bigint, "from" text COLLATE "C", "to" text COLLATE "C",
    found text COLLATE "C", body text, document text);
CREATE TABLE rates (area text, account text COLLATE "C", "from" text COLLATE "C", "to" text, class_system text, class bigint, base_percent text,
    grade text, before_cut_percent text, cut_percent text, charged_percent text, origin text, cycle text, used text,
    document text);
