//! What a person reads in evidence: how to check it, and the decision in words.

use rate_core::error::Lang;
use rate_core::notice::step_text;
use rate_core::record::{Body, Run};
use rate_core::{AccountKey, Decision};

use super::export::Bound;

/// How to check the evidence, in both languages.
pub(super) fn readme(run: &Run, key: &AccountKey, bound: &Bound) -> String {
    format!(
        "# {key} · {run_id}{trial}

## 这是什么

单位 {key} 在运行“{run_id}”中的一份费率核定记录，连同核对它所需的一切，不依赖我们的系统。

| 文件 | 内容 |
|---|---|
| `decision.md` | 核定的全部步骤：数字与依据 |
| `body.cbor`、`body.json` | 记录本身（逐字节不变），及其可读形式 |
| `trace.cbor` | 全部步骤的规范字节，摘要写在记录里 |
| `facts.txt` | 所依据的数据，摘要写在记录里 |
| `book/` | 同样的数据，按数据集的格式；另列案件涉及的其他单位的编号（不含名称） |
| `law/` | 规则集与参数的规范形式，摘要写在记录里；所引文件列于其中 |
| `proofs/` | 由记录到运行的根、由运行的条目到已签名检查点的证明；公钥，及历次更换密钥的证明（`proofs/keys/`） |
| `SHA256SUMS` | 以上各文件的摘要 |

## 怎样核对

1. `sha256sum -c SHA256SUMS`：复制中没有差错。改动文件的人也能重做这份清单，它不证明更多。
2. `rate verify 本目录`：摘要、证明、签名都成立，按所附数据与规则重算与记录逐字节相同，供人阅读的各文件与记录所载一致。用 `--key` 给出另行取得的公钥，用 `--checkpoint` 给出另行留存的检查点；都不给，则只信本目录自带的公钥。
3. 不用本程序：`record-format.md` 写明每一个字节；证明按 RFC 9162，检查点按 C2SP signed-note。

单凭本目录不能证明日志从未被整体改写。公钥只说明是谁签的：持有私钥的人改写日志后再签，公钥看不出来；另行留存的、同样 {size} 条的检查点看得出来。留存的检查点条数不同的，请索取该检查点下的证据。

## What this is

The record of one decision, of account {key} in run \"{run_id}\", with everything needed to check it without our system: the decision in words (`decision.md`), the record as bytes and as JSON (`body.*`), the bytes of all steps (`trace.cbor`), the facts as the record pins them (`facts.txt`) and as a book (`book/`, beside the numbers of other accounts that claims name), the law in its canonical form (`law/`), and the proofs from the record to the root of its run and from the entry of that run (number {entry} of {size}) to a signed checkpoint, with the keys of the log and the proof of each hand-over to another one (`proofs/`).

## How to check it

1. `sha256sum -c SHA256SUMS`: nothing went wrong in copying. Whoever changes a file can make this list again: it proves no more.
2. `rate verify DIR`: digests, proofs and signature hold, deciding again from these facts and this law gives the same bytes, and what people read says what the record says. Give the public key you got elsewhere with `--key`, a checkpoint you kept with `--checkpoint`; without either, only the key in this directory is believed.
3. Without this program: every byte stands in `record-format.md`; proofs follow RFC 9162, checkpoints C2SP signed-note.

This directory alone cannot show that the log was never rewritten whole. A key says who signed: when its owner rewrites the log and signs again, the key tells nothing; a checkpoint of these {size} entries that was kept elsewhere does. For a kept checkpoint of another size, ask for evidence under that one.
",
        run_id = run.id,
        trial = trial(run),
        entry = bound.entry + 1,
        size = bound.size,
    )
}

/// What a heading says of a run that may not be published.
const fn trial(run: &Run) -> &'static str {
    if run.trial { " · 试算，不得发布 / a trial, never to be published" } else { "" }
}

/// The record as JSON.
pub(super) fn body(body: &Body) -> String {
    format!("{:#}\n", body.to_json())
}

/// The decision with every step, in both languages.
pub(super) fn decision(decision: &Decision, run: &Run) -> String {
    let mut lines = vec![format!("# {}{}", decision.account(), trial(run)), String::new()];
    for lang in [Lang::Zh, Lang::En] {
        lines.push(decision.summary(lang));
        lines.push(String::new());
        let steps = decision.steps().iter().zip(1..);
        lines.extend(steps.map(|(step, number)| format!("{number}. {}", step_text(step, decision, lang))));
        let assumed = decision.assumptions();
        if !assumed.is_empty() {
            lines.push(String::new());
            lines.push(format!("{}{}", lang.pick("所用推定：", "Assumptions used: "), assumed.join(", ")));
        }
        lines.push(String::new());
    }
    lines.join("\n")
}
