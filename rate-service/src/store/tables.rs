//! Tables as a database itself describes them, and their rows whatever they are: for whoever copies all of it.
//!
//! Asked of the database and not listed here, so that no table can be forgotten.

use diesel::backend::Backend;
use diesel::connection::DefaultLoadingMode;
use diesel::connection::SimpleConnection;
use diesel::deserialize::{self, FromSql};
use diesel::pg::{Pg, PgRowByRowLoadingMode};
use diesel::prelude::*;
use diesel::row::{Field, NamedRow, Row};
use diesel::sql_types::{Array, BigInt, Binary, Bool, Nullable, Text};
use diesel::sqlite::{Sqlite, SqliteType};
use diesel::{QueryableByName, sql_query};

use super::link::on;
use super::{Link, StoreError};

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sort {
    /// Text.
    Text,
    /// A whole number of 64 bits.
    Number,
    /// True or false.
    Truth,
    /// Bytes.
    Bytes,
}

impl Sort {
    /// Every sort.
    pub const ALL: [Self; 4] = [Self::Text, Self::Number, Self::Truth, Self::Bytes];

    /// The word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Number => "number",
            Self::Truth => "truth",
            Self::Bytes => "bytes",
        }
    }

    fn declared(word: &str) -> Option<Self> {
        match word.to_ascii_lowercase().as_str() {
            "text" => Some(Self::Text),
            "bigint" => Some(Self::Number),
            "boolean" => Some(Self::Truth),
            "blob" | "bytea" => Some(Self::Bytes),
            _ => None,
        }
    }

    /// What holds in SQLite of a value of this sort, which keeps whatever it is given.
    fn in_sqlite(self, name: &str) -> String {
        match self {
            Self::Text => format!("typeof({name}) = 'text'"),
            Self::Number => format!("typeof({name}) = 'integer'"),
            Self::Truth => format!("(typeof({name}) = 'integer' AND {name} IN (0, 1))"),
            Self::Bytes => format!("typeof({name}) = 'blob'"),
        }
    }

    const fn in_postgres(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Number => "bigint",
            Self::Truth => "boolean",
            Self::Bytes => "bytea",
        }
    }
}

/// A column of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// What it holds.
    pub sort: Sort,
}

/// A table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// Its name.
    pub name: String,
    /// Its columns, in order.
    pub columns: Vec<Column>,
    /// Its key, by which its rows are put in order.
    pub key: Vec<String>,
}

/// A cell of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cell {
    /// Text.
    Text(String),
    /// A whole number.
    Number(i64),
    /// True or false.
    Truth(bool),
    /// Bytes.
    Bytes(Vec<u8>),
    /// Nothing.
    Nothing,
}

impl Cell {
    /// About how much of memory it takes.
    pub fn weight(&self) -> usize {
        match self {
            Self::Text(text) => text.len() + 32,
            Self::Bytes(bytes) => bytes.len() + 32,
            Self::Number(_) | Self::Truth(_) | Self::Nothing => 32,
        }
    }

    fn is_of(&self, sort: Sort) -> bool {
        matches!(
            (self, sort),
            (Self::Nothing, _)
                | (Self::Text(_), Sort::Text)
                | (Self::Number(_), Sort::Number)
                | (Self::Truth(_), Sort::Truth)
                | (Self::Bytes(_), Sort::Bytes)
        )
    }
}

#[derive(QueryableByName)]
struct Described {
    #[diesel(sql_type = Text)]
    of: String,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    sort: String,
    #[diesel(sql_type = BigInt)]
    key: i64,
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    number: i64,
}

#[derive(QueryableByName)]
struct Said {
    #[diesel(sql_type = Text)]
    text: String,
}

const IN_SQLITE: &str = "SELECT t.name AS of, c.name AS name, c.type AS sort, CAST(c.pk AS BIGINT) AS key \
    FROM sqlite_schema t, pragma_table_info(t.name) c \
    WHERE t.type = 'table' AND t.name NOT LIKE '\\_\\_%' ESCAPE '\\' AND t.name NOT LIKE 'sqlite\\_%' ESCAPE '\\' \
    ORDER BY t.name, c.cid";
const IN_POSTGRES: &str = "SELECT t.relname::text AS of, c.attname::text AS name, format_type(c.atttypid, NULL) AS sort, \
    coalesce(array_position(k.conkey, c.attnum), 0)::bigint AS key \
    FROM pg_class t JOIN pg_namespace n ON n.oid = t.relnamespace \
    JOIN pg_attribute c ON c.attrelid = t.oid AND c.attnum > 0 AND NOT c.attisdropped \
    LEFT JOIN pg_constraint k ON k.conrelid = t.oid AND k.contype = 'p' \
    WHERE n.nspname = current_schema() AND t.relkind IN ('r', 'p') AND t.relname NOT LIKE '\\_\\_%' \
    ORDER BY t.relname::text COLLATE \"C\", c.attnum";

/// The most rows of one statement.
const ROWS: usize = 1000;
/// The most values that SQLite takes in one statement, with room to spare.
const VALUES: usize = 30_000;

/// A row as the driver gives it.
struct Raw(Vec<Cell>);

impl QueryableByName<Sqlite> for Raw {
    fn build<'a>(row: &impl NamedRow<'a, Sqlite>) -> deserialize::Result<Self> {
        cells::<Sqlite>(row, |value| {
            Ok(match value.value_type() {
                Some(SqliteType::Text) => Cell::Text(FromSql::<Text, Sqlite>::from_sql(value)?),
                Some(SqliteType::Binary) => Cell::Bytes(FromSql::<Binary, Sqlite>::from_sql(value)?),
                Some(SqliteType::Integer | SqliteType::SmallInt | SqliteType::Long) => {
                    Cell::Number(FromSql::<BigInt, Sqlite>::from_sql(value)?)
                }
                Some(SqliteType::Float | SqliteType::Double) => return Err("a number with a fraction".into()),
                None => Cell::Nothing,
            })
        })
    }
}

/// Types of PostgreSQL by the numbers that its catalogue gives them.
const BOOL: u32 = 16;
const BYTEA: u32 = 17;
const INT8: u32 = 20;
const TEXT: u32 = 25;

impl QueryableByName<Pg> for Raw {
    fn build<'a>(row: &impl NamedRow<'a, Pg>) -> deserialize::Result<Self> {
        cells::<Pg>(row, |value| {
            Ok(match value.get_oid().get() {
                BOOL => Cell::Truth(FromSql::<Bool, Pg>::from_sql(value)?),
                BYTEA => Cell::Bytes(FromSql::<Binary, Pg>::from_sql(value)?),
                INT8 => Cell::Number(FromSql::<BigInt, Pg>::from_sql(value)?),
                TEXT => Cell::Text(FromSql::<Text, Pg>::from_sql(value)?),
                other => return Err(format!("a value of type {other}").into()),
            })
        })
    }
}

fn cells<'a, DB: Backend>(
    row: &impl NamedRow<'a, DB>,
    read: impl Fn(DB::RawValue<'_>) -> deserialize::Result<Cell>,
) -> deserialize::Result<Raw> {
    let mut cells = Vec::with_capacity(row.field_count());
    for at in 0..row.field_count() {
        let field = Row::get(row, at).ok_or("a row that ends early")?;
        cells.push(match field.value() {
            Some(value) => read(value)?,
            None => Cell::Nothing,
        });
    }
    Ok(Raw(cells))
}

impl Table {
    /// A name as both databases quote it.
    fn quoted(name: &str) -> String {
        format!("\"{}\"", name.replace('"', "\"\""))
    }

    fn columns(&self) -> String {
        self.columns.iter().map(|it| Self::quoted(&it.name)).collect::<Vec<_>>().join(", ")
    }

    /// The key with the order of bytes on every text of it: both databases give the rows in one order.
    fn order(&self, in_bytes: &str) -> String {
        let is_text = |name: &str| self.columns.iter().any(|it| it.name == name && it.sort == Sort::Text);
        let by = |name: &String| format!("{}{}", Self::quoted(name), if is_text(name) { in_bytes } else { "" });
        self.key.iter().map(by).collect::<Vec<_>>().join(", ")
    }

    /// A row of the driver as one of this table; SQLite keeps true and false as numbers, and whatever it is given.
    fn fitted(&self, raw: Raw) -> Result<Vec<Cell>, StoreError> {
        let cell = |(cell, column): (Cell, &Column)| match (cell, column.sort) {
            (Cell::Number(number @ 0..=1), Sort::Truth) => Cell::Truth(number == 1),
            (cell, _) => cell,
        };
        let cells: Vec<Cell> = raw.0.into_iter().zip(&self.columns).map(cell).collect();
        if self.holds(&cells) { Ok(cells) } else { Err(StoreError::Broken("a value that its column does not hold")) }
    }

    /// Whether cells are those of a row of this table.
    pub fn holds(&self, cells: &[Cell]) -> bool {
        cells.len() == self.columns.len() && cells.iter().zip(&self.columns).all(|(cell, it)| cell.is_of(it.sort))
    }
}

impl Link {
    /// Every table, by name.
    ///
    /// # Errors
    /// As the database's; a column of a sort that no store has.
    pub fn tables(&mut self) -> Result<Vec<Table>, StoreError> {
        Self::tables_of(&self.described()?)
    }

    fn described(&mut self) -> Result<Vec<Described>, StoreError> {
        Ok(match self {
            Self::Sqlite(it) => sql_query(IN_SQLITE).load(it)?,
            Self::Postgres(it) => sql_query(IN_POSTGRES).load(it)?,
        })
    }

    fn tables_of(described: &[Described]) -> Result<Vec<Table>, StoreError> {
        let mut tables = Vec::new();
        for columns in described.chunk_by(|one, next| one.of == next.of) {
            let mut read = Vec::with_capacity(columns.len());
            for it in columns {
                let sort = Sort::declared(&it.sort).ok_or(StoreError::Broken("a column of another sort"))?;
                read.push(Column { name: it.name.clone(), sort });
            }
            let mut key: Vec<&Described> = columns.iter().filter(|it| it.key > 0).collect();
            key.sort_by_key(|it| it.key);
            let key = key.into_iter().map(|it| it.name.clone()).collect();
            let name = columns.first().map(|it| it.of.clone()).unwrap_or_default();
            tables.push(Table { name, columns: read, key });
        }
        Ok(tables)
    }

    /// The columns of some tables that hold values of another sort than theirs, with how many: such a value reads as it
    /// should and is found by no comparison. PostgreSQL keeps none.
    ///
    /// # Errors
    /// As the database's; a column of a sort that no store has.
    pub fn misfits(&mut self, names: &[&str]) -> Result<Vec<(String, u64)>, StoreError> {
        let mut described = self.described()?;
        described.retain(|it| names.contains(&it.of.as_str()));
        let Self::Sqlite(link) = self else { return Ok(Vec::new()) };
        let mut found = Vec::new();
        for table in Self::tables_of(&described)? {
            for column in &table.columns {
                let (name, of) = (Table::quoted(&column.name), Table::quoted(&table.name));
                let fits = column.sort.in_sqlite(&name);
                let asked = format!("SELECT count(*) AS number FROM {of} WHERE NOT ({fits} OR {name} IS NULL)");
                let rows: Count = sql_query(asked).get_result(link)?;
                if rows.number > 0 {
                    let rows = u64::try_from(rows.number).unwrap_or_default();
                    found.push((format!("{}.{}", table.name, column.name), rows));
                }
            }
        }
        Ok(found)
    }

    /// What the database itself finds wrong with its pages and indexes: a row that an index lacks is not found by it.
    /// PostgreSQL has no such question.
    ///
    /// # Errors
    /// As the database's.
    pub fn damages(&mut self) -> Result<Vec<String>, StoreError> {
        let Self::Sqlite(link) = self else { return Ok(Vec::new()) };
        let asked = "SELECT integrity_check AS text FROM pragma_integrity_check";
        let said: Vec<Said> = sql_query(asked).load(link)?;
        Ok(said.into_iter().map(|it| it.text).filter(|text| text != "ok").collect())
    }

    /// How many rows a table has.
    ///
    /// # Errors
    /// As the database's.
    pub fn row_count(&mut self, table: &Table) -> Result<u64, StoreError> {
        let asked = format!("SELECT count(*) AS number FROM {}", Table::quoted(&table.name));
        let found: Count = on!(self, it => sql_query(asked).get_result(it))?;
        Ok(u64::try_from(found.number).unwrap_or_default())
    }

    /// Gives every row of a table, in the order of its key, one after the other out of the database.
    ///
    /// # Errors
    /// As the database's, and what `each` ends with.
    pub fn each_row<E: From<StoreError>>(
        &mut self,
        table: &Table,
        each: &mut dyn FnMut(Vec<Cell>) -> Result<(), E>,
    ) -> Result<(), E> {
        let in_bytes = match self {
            Self::Sqlite(_) => "",
            Self::Postgres(_) => " COLLATE \"C\"",
        };
        let (name, order) = (Table::quoted(&table.name), table.order(in_bytes));
        let asked = sql_query(format!("SELECT {} FROM {name} ORDER BY {order}", table.columns()));
        let database = |error| E::from(StoreError::Database(error));
        match self {
            Self::Sqlite(it) => {
                for raw in asked.load_iter::<Raw, DefaultLoadingMode>(it).map_err(database)? {
                    each(table.fitted(raw.map_err(database)?)?)?;
                }
            }
            Self::Postgres(it) => {
                for raw in asked.load_iter::<Raw, PgRowByRowLoadingMode>(it).map_err(database)? {
                    each(table.fitted(raw.map_err(database)?)?)?;
                }
            }
        }
        Ok(())
    }

    /// Adds rows as they are to a table.
    ///
    /// # Errors
    /// As the database's: a row of its key is there, or PostgreSQL is to keep a text with a NUL.
    pub fn add_rows(&mut self, table: &Table, rows: Vec<Vec<Cell>>) -> Result<(), StoreError> {
        if rows.is_empty() {
            return Ok(());
        }
        let into = format!("INSERT INTO {} ({})", Table::quoted(&table.name), table.columns());
        match self {
            Self::Sqlite(it) => {
                let most = (VALUES / table.columns.len().max(1)).clamp(1, ROWS);
                let mut rows = rows.into_iter();
                loop {
                    let some: Vec<Vec<Cell>> = rows.by_ref().take(most).collect();
                    if some.is_empty() {
                        return Ok(());
                    }
                    let places = vec!["?"; table.columns.len()].join(", ");
                    let places = vec![format!("({places})"); some.len()].join(", ");
                    let mut insert = sql_query(format!("{into} VALUES {places}")).into_boxed::<Sqlite>();
                    for cell in some.into_iter().flatten() {
                        insert = match cell {
                            Cell::Text(text) => insert.bind::<Text, _>(text),
                            Cell::Number(number) => insert.bind::<BigInt, _>(number),
                            Cell::Truth(truth) => insert.bind::<Bool, _>(truth),
                            Cell::Bytes(bytes) => insert.bind::<Binary, _>(bytes),
                            Cell::Nothing => insert.bind::<Nullable<Text>, _>(None::<String>),
                        };
                    }
                    insert.execute(it)?;
                }
            }
            Self::Postgres(it) => {
                if rows.iter().flatten().any(|cell| matches!(cell, Cell::Text(text) if text.contains('\0'))) {
                    return Err(StoreError::Broken("a text with a NUL, which PostgreSQL does not keep"));
                }
                let places = table.columns.iter().zip(1..);
                let places = places.map(|(column, at)| format!("${at}::{}[]", column.sort.in_postgres()));
                let places = places.collect::<Vec<_>>().join(", ");
                let mut insert = sql_query(format!("{into} SELECT * FROM unnest({places})")).into_boxed::<Pg>();
                for (column, cells) in table.columns.iter().zip(by_column(rows, table.columns.len())) {
                    insert = match column.sort {
                        Sort::Text => insert.bind::<Array<Nullable<Text>>, _>(texts(cells)),
                        Sort::Number => insert.bind::<Array<Nullable<BigInt>>, _>(numbers(cells)),
                        Sort::Truth => insert.bind::<Array<Nullable<Bool>>, _>(truths(cells)),
                        Sort::Bytes => insert.bind::<Array<Nullable<Binary>>, _>(bytes(cells)),
                    };
                }
                insert.execute(it)?;
                Ok(())
            }
        }
    }

    /// Lets PostgreSQL look over tables that were filled at once, as [`Link::look_over`].
    ///
    /// # Errors
    /// As the database's.
    pub fn look_over_tables(&mut self, tables: &[Table]) -> Result<(), StoreError> {
        let names: Vec<String> = tables.iter().map(|it| Table::quoted(&it.name)).collect();
        match self {
            Self::Postgres(it) if !names.is_empty() => Ok(it.batch_execute(&format!("ANALYZE {}", names.join(", ")))?),
            Self::Postgres(_) | Self::Sqlite(_) => Ok(()),
        }
    }
}

fn by_column(rows: Vec<Vec<Cell>>, columns: usize) -> Vec<Vec<Cell>> {
    let mut turned: Vec<Vec<Cell>> = (0..columns).map(|_| Vec::with_capacity(rows.len())).collect();
    for row in rows {
        for (column, cell) in turned.iter_mut().zip(row) {
            column.push(cell);
        }
    }
    turned
}

fn texts(cells: Vec<Cell>) -> Vec<Option<String>> {
    cells.into_iter().map(|it| if let Cell::Text(text) = it { Some(text) } else { None }).collect()
}

fn numbers(cells: Vec<Cell>) -> Vec<Option<i64>> {
    cells.into_iter().map(|it| if let Cell::Number(number) = it { Some(number) } else { None }).collect()
}

fn truths(cells: Vec<Cell>) -> Vec<Option<bool>> {
    cells.into_iter().map(|it| if let Cell::Truth(truth) = it { Some(truth) } else { None }).collect()
}

fn bytes(cells: Vec<Cell>) -> Vec<Option<Vec<u8>>> {
    cells.into_iter().map(|it| if let Cell::Bytes(bytes) = it { Some(bytes) } else { None }).collect()
}
