//! The log against the definition in RFC 9162 written out naively, against another implementation, and against notes and
//! trees that others published.

use proptest::prelude::*;
use rate_core::log::{
    Checkpoint, Digest, KeyError, NoteError, ProofError, SignedNote, SigningKey, Tree, VerifyingKey, check_consistency,
    check_inclusion,
};
use tlog_tiles::tlog::{self, Hash, HashReader};

fn leaves(count: u64) -> Vec<Digest> {
    (0..count).map(|index| Digest::leaf(&index.to_be_bytes())).collect()
}

/// The tree hash as RFC 9162 (2.1.1) defines it, by recursion over the list.
fn naive_root(leaves: &[Digest]) -> Digest {
    match leaves {
        [] => Digest::of(b""),
        [leaf] => *leaf,
        _ => {
            let mut split = 1;
            while split * 2 < leaves.len() {
                split *= 2;
            }
            Digest::node(naive_root(&leaves[..split]), naive_root(&leaves[split..]))
        }
    }
}

/// The other implementation's store of hashes.
struct Stored(Vec<Hash>);

impl HashReader for Stored {
    fn read_hashes(&self, indexes: &[u64]) -> Result<Vec<Hash>, tlog::Error> {
        Ok(indexes.iter().map(|index| self.0[usize::try_from(*index).unwrap()]).collect())
    }
}

fn other(count: u64) -> Stored {
    let mut stored = Stored(Vec::new());
    for index in 0..count {
        let hashes = tlog::stored_hashes(index, &index.to_be_bytes(), &stored).unwrap();
        stored.0.extend(hashes);
    }
    stored
}

fn hashes(proof: &[Hash]) -> Vec<Digest> {
    proof.iter().map(|hash| Digest(hash.0)).collect()
}

/// Roots of the eight leaves that the test trees of Certificate Transparency are made of.
#[test]
fn published_roots() {
    let leaves: [&[u8]; 8] = [
        &[],
        &[0x00],
        &[0x10],
        &[0x20, 0x21],
        &[0x30, 0x31],
        &[0x40, 0x41, 0x42, 0x43],
        &[0x50, 0x51, 0x52, 0x53, 0x54, 0x55, 0x56, 0x57],
        &[0x60, 0x61, 0x62, 0x63, 0x64, 0x65, 0x66, 0x67, 0x68, 0x69, 0x6a, 0x6b, 0x6c, 0x6d, 0x6e, 0x6f],
    ];
    let tree: Tree = leaves.iter().map(|leaf| Digest::leaf(leaf)).collect();
    let root = |size| tree.root_of(size).unwrap().to_string();
    assert_eq!(root(0), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    assert_eq!(root(1), "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d");
    assert_eq!(root(2), "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125");
    assert_eq!(root(3), "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77");
    assert_eq!(root(8), "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328");
}

#[test]
fn every_small_tree_and_proof_is_that_of_the_definition_and_of_another_implementation() {
    let (all, stored) = (leaves(70), other(70));
    let tree: Tree = all.iter().copied().collect();
    for size in 1..=70 {
        let root = tree.root_of(size).unwrap();
        assert_eq!(root, naive_root(&all[..usize::try_from(size).unwrap()]));
        assert_eq!(root.0, tlog::tree_hash(size, &stored).unwrap().0);
        for index in 0..size {
            let proof = tree.inclusion(index, size).unwrap();
            assert_eq!(proof, hashes(&tlog::prove_record(size, index, &stored).unwrap()));
            let leaf = all[usize::try_from(index).unwrap()];
            assert_eq!(check_inclusion(leaf, index, size, &proof, root), Ok(()));
        }
        for before in 1..=size {
            let proof = tree.consistency(before, size).unwrap();
            assert_eq!(proof, hashes(&tlog::prove_tree(size, before, &stored).unwrap()));
            let root_before = tree.root_of(before).unwrap();
            assert_eq!(check_consistency(before, size, &proof, root_before, root), Ok(()), "{before} {size}");
        }
    }
    assert_eq!(tree.inclusion(70, 70), None);
    assert_eq!(tree.inclusion(0, 71), None);
    assert_eq!(tree.consistency(0, 5), None);
    assert_eq!(tree.consistency(6, 5), None);
}

/// Whatever is changed in a proof of a small tree, it proves nothing any more.
#[test]
fn a_proof_proves_one_thing() {
    let all = leaves(13);
    let tree: Tree = all.iter().copied().collect();
    for size in 2..=13 {
        let root = tree.root_of(size).unwrap();
        for index in 0..size {
            let proof = tree.inclusion(index, size).unwrap();
            let leaf = all[usize::try_from(index).unwrap()];
            for elsewhere in (0..size + 3).filter(|it| *it != index) {
                assert!(check_inclusion(leaf, elsewhere, size, &proof, root).is_err());
            }
            assert!(check_inclusion(Digest::leaf(b"another"), index, size, &proof, root).is_err());
            wrong(&proof, |proof| check_inclusion(leaf, index, size, proof, root));
        }
        for before in 1..size {
            let (proof, root_before) = (tree.consistency(before, size).unwrap(), tree.root_of(before).unwrap());
            wrong(&proof, |proof| check_consistency(before, size, proof, root_before, root));
            let forged = naive_root(&leaves(before + 1)[1..]);
            assert!(check_consistency(before, size, &proof, forged, root).is_err());
        }
    }
    assert_eq!(check_inclusion(all[0], 5, 5, &[], all[0]), Err(ProofError::Range));
    assert_eq!(check_consistency(0, 5, &[], all[0], all[0]), Err(ProofError::Range));
}

/// A hash changed, left out, added, or exchanged with another.
fn wrong(proof: &[Digest], check: impl Fn(&[Digest]) -> Result<(), ProofError>) {
    for place in 0..proof.len() {
        let mut changed = proof.to_vec();
        changed[place].0[31] ^= 1;
        assert_eq!(check(&changed), Err(ProofError::Root));
        let mut shorter = proof.to_vec();
        shorter.remove(place);
        assert!(check(&shorter).is_err());
    }
    let longer = [proof, &[Digest::of(b"")]].concat();
    assert_eq!(check(&longer), Err(ProofError::Length));
}

/// The example of the package in Go that signed notes come from.
#[test]
fn a_published_note_is_believed() {
    let key = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
    let note = "If you think cryptography is the answer to your problem,\n\
                then you don't know what your problem is.\n\n\
                — PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";
    let key = VerifyingKey::parse(key).unwrap();
    let parsed = SignedNote::parse(note).unwrap();
    assert!(parsed.verify(&[key]).unwrap().ends_with("your problem is.\n"));
    assert_eq!(parsed.to_string(), note);
}

fn signing(name: &str) -> SigningKey {
    SigningKey::from_seed(name, [7; 32]).unwrap()
}

#[test]
fn keys_are_read_as_they_are_written() {
    let key = signing("example.org/log");
    let public = key.verifying().to_string();
    assert_eq!(VerifyingKey::parse(&public).as_ref(), Ok(key.verifying()));
    assert_eq!(SigningKey::parse(&key.secret_line()).unwrap().verifying(), key.verifying());
    assert!(!format!("{key:?}").contains(&key.secret_line()[40..]), "a private key is never shown");
    let unfit = |text: String| VerifyingKey::parse(&text).unwrap_err();
    assert_eq!(unfit(public.replacen("example", "other", 1)), KeyError::Id);
    assert_eq!(unfit(public.to_uppercase()), KeyError::Malformed);
    assert_eq!(unfit(public.replacen("+A", "+B", 1)), KeyError::Algorithm);
    assert_eq!(unfit(String::new()), KeyError::Malformed);
    assert_eq!(SigningKey::from_seed("two words", [7; 32]).unwrap_err(), KeyError::Malformed);
}

#[test]
fn a_signature_of_a_known_key_must_hold_and_others_say_nothing() {
    let (ours, witness, stranger) = (signing("log"), signing("witness"), signing("stranger"));
    let note = ours.sign("text\n").unwrap().with(witness.sign("text\n").unwrap()).unwrap();
    let known = [ours.verifying().clone()];
    assert_eq!(note.verify(&known), Ok("text\n"));
    assert_eq!(note.verify(&[stranger.verifying().clone()]), Err(NoteError::Unsigned));
    let forged = note.to_string().replacen("text", "test", 1);
    assert_eq!(SignedNote::parse(&forged).unwrap().verify(&known), Err(NoteError::Signature));
    for text in ["", "no end", "two\n\n", "\n", "a\u{7}b\n"] {
        assert_eq!(ours.sign(text).unwrap_err(), NoteError::Malformed, "{text:?}");
    }
    assert!(ours.sign("one\n").unwrap().with(witness.sign("two\n").unwrap()).is_err());
}

#[test]
fn a_checkpoint_is_read_in_one_way_only_and_by_another_implementation() {
    let checkpoint = Checkpoint { origin: "example.org/log".to_owned(), size: 70, root: Digest::of(b"x") };
    let text = checkpoint.to_string();
    assert_eq!(Checkpoint::parse(&text).as_ref(), Ok(&checkpoint));
    let theirs = tlog_tiles::checkpoint::Checkpoint::from_bytes(text.as_bytes()).unwrap();
    assert_eq!((theirs.origin(), theirs.size(), theirs.hash().0), ("example.org/log", 70, checkpoint.root.0));
    for unfit in [
        text.replace("70", "070"),
        text.replace("70", "-70"),
        text.replace("SHA-256", "SM3"),
        text.replacen("example.org/log", "", 1),
        text.replacen('=', "", 1),
        text.trim_end().to_owned(),
    ] {
        assert_eq!(Checkpoint::parse(&unfit), Err(NoteError::Malformed), "{unfit}");
    }
}

proptest! {
    #[test]
    fn larger_trees_prove_what_they_hold(size in 1_u64..3000, a in any::<u64>(), b in any::<u64>()) {
        let all = leaves(size);
        let tree: Tree = all.iter().copied().collect();
        let (index, before) = (a % size, b % size + 1);
        let proof = tree.inclusion(index, size).unwrap();
        prop_assert_eq!(check_inclusion(all[usize::try_from(index).unwrap()], index, size, &proof, tree.root()), Ok(()));
        let proof = tree.consistency(before, size).unwrap();
        let root_before = tree.root_of(before).unwrap();
        prop_assert_eq!(root_before, all[..usize::try_from(before).unwrap()].iter().copied().collect::<Tree>().root());
        prop_assert_eq!(check_consistency(before, size, &proof, root_before, tree.root()), Ok(()));
    }

    /// Bytes of a note changed anywhere: it is no note any more, or not signed, or the same note.
    #[test]
    fn no_byte_of_a_note_can_be_changed(at in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let key = signing("log");
        let note = key.sign("example.org/log\n70\nroot\n").unwrap().to_string();
        let mut bytes = note.clone().into_bytes();
        let at = at.index(bytes.len());
        bytes[at] = byte;
        let Ok(changed) = String::from_utf8(bytes) else { return Ok(()) };
        let believed = SignedNote::parse(&changed).is_ok_and(|it| it.verify(&[key.verifying().clone()]).is_ok());
        prop_assert!(!believed || changed == note, "{changed}");
    }

    #[test]
    fn no_text_makes_the_readers_panic(text in "\\PC{0,80}(\n\n)?(— )?\\PC{0,40}\n?") {
        let _ = SignedNote::parse(&text);
        let _ = Checkpoint::parse(&text);
        let _ = VerifyingKey::parse(&text);
        let _ = SigningKey::parse(&text);
    }
}
