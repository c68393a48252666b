-- The method of 320000/2023, setting of 1 January 2025: a window of 24 months and the 21 before it. As three_year.sql.
WITH covered AS (
    SELECT account,
        SUM(greatest(0, least(month_number(coalesce("to", '2199-12')), month_number('2024-09'))
            - greatest(month_number("from"), month_number('2022-10')) + 1)) AS months,
        min("from") AS first_month,
        bool_or("from" <= '2025-01' AND coalesce("to", '9999-12') >= '2025-01') AS insured
    FROM coverage WHERE state = 'insured' GROUP BY account
), premium AS (
    SELECT account, SUM(paid_fen) FILTER (WHERE "from" >= '2022-10') AS fen,
        SUM(heads * (month_number("to") - month_number("from") + 1))
            FILTER (WHERE "from" >= '2022-10' AND kind = 'regular') AS person_months,
        SUM(paid_fen) FILTER (WHERE "to" <= '2022-09') AS fen_before,
        SUM(heads * (month_number("to") - month_number("from") + 1))
            FILTER (WHERE "to" <= '2022-09' AND kind = 'regular') AS person_months_before
    FROM premiums WHERE "from" >= '2021-01' AND "to" <= '2024-09' GROUP BY account
), latest AS (
    SELECT DISTINCT ON (account) account,
        half_up(payroll_fen, month_number("to") - month_number("from") + 1) AS monthly
    FROM premiums WHERE kind = 'regular' AND "from" <= '2025-01' ORDER BY account, "from" DESC
), benefit AS (
    SELECT account, SUM(amount_fen) FILTER (WHERE paid_on >= '2022-10-01') AS fen,
        SUM(amount_fen) FILTER (WHERE paid_on <= '2022-09-30') AS fen_before
    FROM payments JOIN claims USING (account, claim)
    WHERE payer = 'fund' AND paid_on BETWEEN '2021-01-01' AND '2024-09-30' AND status <> 'revoked'
    GROUP BY account
), hurt AS (
    SELECT account, count(DISTINCT person) FILTER (WHERE recognised >= '2022-10-01') AS persons,
        count(DISTINCT person) FILTER (WHERE recognised <= '2022-09-30') AS persons_before
    FROM claims WHERE status <> 'revoked' AND recognised BETWEEN '2021-01-01' AND '2024-09-30' GROUP BY account
), last_rate AS (
    SELECT DISTINCT ON (account) account, grade, before_cut_percent
    FROM rates WHERE "from" < '2025-01-01' ORDER BY account, "from" DESC
), facts AS (
    SELECT account, classifications.class, base.rate AS base, floor.rate AS floor, months,
        month_number('2024-09') - month_number(first_month) + 1 AS since_first,
        greatest(coalesce(benefit.fen, 0), 0) AS benefits, coalesce(premium.fen, 0) AS premium,
        months * coalesce(persons, 0) AS hurt, coalesce(person_months, 0) AS person_months,
        coalesce(benefits_before, 0) <= 0 AND coalesce(premium.fen_before, 0) > 0
            AND coalesce(persons_before, 0) = 0 AND coalesce(person_months_before, 0) > 0 AS zero_before,
        last_rate.grade AS last_grade, ppm(last_rate.before_cut_percent) AS last_ppm, coalesce(monthly, 0) AS monthly
    FROM accounts
        JOIN covered USING (account)
        JOIN classifications USING (account)
        JOIN base_rates AS base ON base.class = classifications.class AND NOT base.second
        JOIN base_rates AS floor ON floor.class = 1 AND NOT floor.second
        LEFT JOIN premium USING (account)
        LEFT JOIN latest USING (account)
        LEFT JOIN (SELECT account, fen, fen_before AS benefits_before FROM benefit) AS benefit USING (account)
        LEFT JOIN hurt USING (account)
        LEFT JOIN last_rate USING (account)
    WHERE insured AND classifications."from" <= '2025-01-01' AND coalesce(classifications."to", '9999-12-31') >= '2025-01-01'
), standing AS (
    SELECT *, CASE
        WHEN since_first < 24 THEN 'base'
        WHEN premium <= 0 AND benefits > 0 THEN 'provisional'
        WHEN premium <= 0 THEN 'base'
        ELSE 'floated' END AS origin
    FROM facts
), proposed AS (
    SELECT *, CASE
        WHEN origin <> 'floated' THEN 2
        WHEN benefits > premium OR (person_months > 0 AND hurt * 100 > person_months * 3) THEN 4
        WHEN benefits * 100 > premium * 50 OR (person_months > 0 AND hurt * 100 > person_months) THEN 3
        WHEN benefits = 0 AND hurt = 0 AND person_months > 0 THEN CASE WHEN zero_before THEN 0 ELSE 1 END
        ELSE 2 END AS step
    FROM standing
), rated AS (
    SELECT *, greatest(step, CASE WHEN class = 1 THEN 2 ELSE 0 END) AS held,
        CASE WHEN class = 1 THEN 0 ELSE floor END AS least
    FROM proposed
), charged AS (
    SELECT *, CASE WHEN origin = 'provisional' AND last_grade IS NOT NULL THEN last_grade ELSE grade_label(held) END AS grade,
        greatest(least, CASE WHEN origin = 'provisional' AND last_ppm IS NOT NULL THEN last_ppm
            ELSE whole(base * factor(held), 100) END) AS rate
    FROM rated
)
SELECT account, origin, grade, rate AS rate_ppm, rate AS later_ppm, 12 * half_up(monthly * rate, 1000000) AS premium_fen
FROM charged
