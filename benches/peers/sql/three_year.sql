-- The method of illustrative/three-year, setting of 1 July 2022. Rates in millionths, money in fen, all whole numbers;
-- ratios are compared crosswise. A grade is 0 to 4, for 50 % to 150 %.
WITH covered AS (
    SELECT account,
        SUM(greatest(0, least(month_number(coalesce("to", '2199-12')), month_number('2021-12'))
            - greatest(month_number("from"), month_number('2019-01')) + 1)) AS months,
        min("from") AS first_month,
        bool_or("from" <= '2022-07' AND coalesce("to", '9999-12') >= '2022-07') AS insured
    FROM coverage WHERE state = 'insured' GROUP BY account
), premium AS (
    SELECT account, SUM(paid_fen + relieved_fen) AS fen,
        SUM(heads * (month_number("to") - month_number("from") + 1)) FILTER (WHERE kind = 'regular') AS person_months
    FROM premiums WHERE "from" >= '2019-01' AND "to" <= '2021-12' GROUP BY account
), latest AS (
    SELECT DISTINCT ON (account) account,
        half_up(payroll_fen, month_number("to") - month_number("from") + 1) AS monthly
    FROM premiums WHERE kind = 'regular' AND "from" <= '2022-07' ORDER BY account, "from" DESC
), benefit AS (
    SELECT account, SUM(amount_fen) AS fen
    FROM payments JOIN claims USING (account, claim)
    WHERE payer = 'fund' AND paid_on BETWEEN '2019-01-01' AND '2021-12-31'
        AND status <> 'revoked' AND article NOT IN ('A15-2', 'A15-3')
    GROUP BY account
), hurt AS (
    SELECT account, count(DISTINCT person) FILTER (WHERE article NOT IN ('A15-2', 'A15-3')) AS persons,
        count(DISTINCT person) FILTER (WHERE death < '2022-07-01') AS deaths
    FROM claims WHERE status <> 'revoked' AND recognised BETWEEN '2019-01-01' AND '2021-12-31' GROUP BY account
), conduct AS (
    SELECT account,
        bool_or(kind = 'safety-certificate' AND level = 1 AND "from" <= '2022-07-01'
            AND coalesce("to", '9999-12-31') >= '2022-07-01') AS certificate,
        bool_or(kind = 'arrears' AND found BETWEEN '2019-01-01' AND '2021-12-31') AS arrears,
        bool_or(kind = 'false-document' AND found BETWEEN '2019-01-01' AND '2021-12-31') AS false_document
    FROM events GROUP BY account
), last_rate AS (
    SELECT DISTINCT ON (account) account, grade, before_cut_percent
    FROM rates WHERE "from" < '2022-07-01' ORDER BY account, "from" DESC
), facts AS (
    SELECT account, classifications.class, base.rate AS base, floor.rate AS floor, months, first_month,
        greatest(coalesce(benefit.fen, 0), 0) AS benefits, coalesce(premium.fen, 0) AS premium,
        12 * coalesce(persons, 0) AS hurt, coalesce(person_months, 0) AS person_months, coalesce(deaths, 0) AS deaths,
        coalesce(certificate, false) AS certificate, coalesce(arrears, false) AS arrears,
        coalesce(false_document, false) AS false_document,
        last_rate.grade AS last_grade, ppm(last_rate.before_cut_percent) AS last_ppm, coalesce(monthly, 0) AS monthly
    FROM accounts
        JOIN covered USING (account)
        JOIN classifications USING (account)
        JOIN base_rates AS base ON base.class = classifications.class AND base.second = (accounts.sub_area = '990102')
        JOIN base_rates AS floor ON floor.class = 1 AND floor.second = base.second
        LEFT JOIN premium USING (account)
        LEFT JOIN latest USING (account)
        LEFT JOIN benefit USING (account)
        LEFT JOIN hurt USING (account)
        LEFT JOIN conduct USING (account)
        LEFT JOIN last_rate USING (account)
    WHERE insured AND classifications."from" <= '2022-07-01' AND coalesce(classifications."to", '9999-12-31') >= '2022-07-01'
), standing AS (
    SELECT *, CASE
        WHEN months < 36 AND first_month >= '2019-01' THEN 'base'
        WHEN person_months = 0 OR (premium <= 0 AND benefits > 0) THEN 'provisional'
        WHEN premium <= 0 THEN 'base'
        ELSE 'floated' END AS origin
    FROM facts
), proposed AS (
    SELECT *, CASE
        WHEN origin <> 'floated' THEN 2
        WHEN benefits * 100 > premium * 150 OR hurt * 1000 > person_months * 20 THEN 4
        WHEN benefits * 100 > premium * 90 OR hurt * 1000 > person_months * 10 THEN 3
        WHEN benefits = 0 AND hurt = 0 THEN 0
        WHEN benefits * 100 <= premium * 40 AND hurt * 1000 <= person_months * 3 THEN 1
        ELSE 2 END AS step
    FROM standing
), adjusted AS (
    SELECT *, greatest(
        step - CASE WHEN origin = 'floated' AND certificate AND step > 0 THEN 1 ELSE 0 END,
        CASE WHEN class = 1 THEN 2 ELSE 0 END,
        CASE WHEN origin = 'floated' AND (deaths > 0 OR arrears) THEN 2 ELSE 0 END,
        CASE WHEN origin = 'floated' AND false_document THEN 3 ELSE 0 END) AS held
    FROM proposed
), rated AS (
    SELECT *, CASE WHEN origin = 'provisional' AND last_grade IS NOT NULL THEN last_grade ELSE grade_label(held) END AS grade,
        CASE WHEN class = 1 THEN 0 ELSE floor END AS least,
        CASE WHEN origin = 'provisional' AND last_ppm IS NOT NULL THEN last_ppm ELSE whole(base * factor(held), 100) END AS raw
    FROM adjusted
), charged AS (
    SELECT *, greatest(raw, least) AS rate,
        CASE WHEN class = 1 THEN raw ELSE greatest(whole(greatest(raw, least) * 80, 100), floor) END AS later
    FROM rated
)
SELECT account, origin, grade, rate AS rate_ppm, later AS later_ppm,
    10 * half_up(monthly * rate, 1000000) + 2 * half_up(monthly * later, 1000000) AS premium_fen
FROM charged
