//! What the records of all accounts under a law have alike: written once, and copied into each.

use super::bytes::Writer;
use super::trace::cited;
use crate::citation::Basis;
use crate::log::Digest;
use crate::rule_set::Law;
use crate::rule_set::law::Alike;

/// The bytes that records under a law have alike.
pub(super) fn alike(law: &Law) -> &Alike {
    law.alike(|| Alike {
        pinned: pinned(law),
        placed: placed(law),
        of_rules: citations(0, law.rules().bases()),
        of_parameters: citations(1, law.parameters().bases()),
    })
}

/// Rule set and parameters.
fn pinned(law: &Law) -> Vec<u8> {
    let mut out = Writer::new();
    out.array(2);
    out.text(&law.rules().id().to_string());
    pin(law.rules().digest(), &mut out);
    let mut parameters: Vec<&str> = law.parameters().documents().iter().map(|it| it.digest.as_str()).collect();
    // Whatever the order in which files were read.
    parameters.sort_unstable();
    out.list(parameters.into_iter(), |out, parameter| pin(parameter, out));
    out.finish()
}

/// A digest that its document states in hexadecimal.
fn pin(hex: &str, out: &mut Writer) {
    // The readers of files made it; one that is none would be a record of nothing.
    let digest = Digest::from_hex(hex);
    debug_assert!(digest.is_some(), "a document's digest is a digest");
    out.bytes(&digest.map_or([0; 32], |digest| digest.0));
}

/// Cycle and setting.
fn placed(law: &Law) -> Vec<u8> {
    let mut out = Writer::new();
    out.text(&law.cycle().id);
    out.days(law.setting());
    out.finish()
}

fn citations(file: u8, bases: &[Basis]) -> Vec<Vec<u8>> {
    let written = bases.iter().map(|basis| {
        let mut out = Writer::with_capacity(128);
        cited(file, basis, &mut out);
        out.finish()
    });
    written.collect()
}
