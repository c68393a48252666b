//! CSV files in UTF-8, with and without its mark, and in GB18030: the same facts, or a problem where a byte is lost.

use std::path::Path;

use rate_core::input::book::{CheckedBook, check_book};
use rate_service::book::{Encoding, Reading};

use crate::reported;

const HEADER: &[u8] = b"area,account,name,kind\n";

fn read(bytes: &[u8], encoding: Encoding) -> CheckedBook {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("accounts.csv"), bytes).unwrap();
    tables(dir.path(), encoding)
}

fn tables(dir: &Path, encoding: Encoding) -> CheckedBook {
    check_book(&Reading { encoding, ..Reading::default() }.tables(dir, &mut |_, _| {}).unwrap())
}

/// One account of a name given as bytes.
fn book(name: &[u8]) -> Vec<u8> {
    [HEADER, b"990100,0001,", name, b",employer\n"].concat()
}

fn names(book: &CheckedBook) -> Vec<&str> {
    book.histories.iter().map(|history| history.name()).collect()
}

/// 甲公司, 誠 with a second byte that is a backslash, and a rare character of four bytes: codes of GB 18030.
const GB18030: &[u8] = b"\xBC\xD7\xB9\xAB\xCB\xBE\xD5\x5C\x95\x34\xB2\x35";
const TEXT: &str = "甲公司誠\u{20BB7}";

#[test]
fn three_encodings_give_the_same_facts() {
    let utf_8 = read(&book(TEXT.as_bytes()), Encoding::Auto);
    assert_eq!((names(&utf_8), reported(&utf_8)), (vec![TEXT], Vec::new()));
    let marked = read(&[b"\xEF\xBB\xBF", book(TEXT.as_bytes()).as_slice()].concat(), Encoding::Auto);
    let gb18030 = read(&book(GB18030), Encoding::Auto);
    let marked_gb18030 = read(&[b"\x84\x31\x95\x33", book(GB18030).as_slice()].concat(), Encoding::Gb18030);
    for other in [&marked, &gb18030, &marked_gb18030] {
        assert_eq!(other.histories, utf_8.histories);
    }
    assert_eq!(reported(&marked), Vec::<String>::new());
    assert_eq!(reported(&gb18030), ["accounts.csv rows.encoding-taken"], "what was guessed is said");
    assert_eq!(reported(&marked_gb18030), Vec::<String>::new(), "what was named needs no word");
}

#[test]
fn quotes_and_commas_are_those_of_the_text() {
    let book = read(&book(b"\"\xBC\xD7,\xD5\x5C\"\"\""), Encoding::Gb18030);
    assert_eq!(names(&book), ["甲,誠\""]);
}

#[test]
fn an_encoding_that_is_named_is_not_doubted() {
    let gb18030_as_utf_8 = read(&book(GB18030), Encoding::Utf8);
    assert_eq!(reported(&gb18030_as_utf_8), ["accounts.csv:2:3 rows.encoding"]);
    let marked = [b"\xEF\xBB\xBF", book(TEXT.as_bytes()).as_slice()].concat();
    assert_eq!(reported(&read(&marked, Encoding::Gb18030)), ["accounts.csv:1 rows.encoding"], "the mark says UTF-8");
    let utf_16: Vec<u8> = "area,".encode_utf16().flat_map(u16::to_be_bytes).collect();
    for encoding in [Encoding::Auto, Encoding::Utf8, Encoding::Gb18030] {
        assert_eq!(reported(&read(&utf_16, encoding)), ["accounts.csv rows.utf-16"], "without its mark");
    }
}

/// Two bytes lost in one line of UTF-8: what is left happens to be GB18030 from end to end, and would be other names.
#[test]
fn utf_8_with_a_lost_byte_is_not_read_as_gb18030() {
    let lost = b"\xE4\xB9\xE5\x85";
    let rows = [
        HEADER,
        "990100,0001,甲公,employer\n".as_bytes(),
        b"990100,0002,",
        lost,
        b",employer\n",
        "990100,0003,丙公,employer\n".as_bytes(),
    ]
    .concat();
    assert_eq!(read(&rows, Encoding::Gb18030).histories.len(), 3, "it is GB18030 as well");
    let book = read(&rows, Encoding::Auto);
    assert_eq!(reported(&book), ["accounts.csv:3:3 rows.encoding"]);
    assert!(book.histories.is_empty());
}
