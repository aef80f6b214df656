//! The figures of a run as values, as a table for the console, and as a page with diagrams.

mod page;

use std::collections::BTreeMap;

use serde::Serialize;

use crate::docs_qa::Asked;
use crate::metrics::{BINS, Bin, Judged, Ranking, Selection, bins, ranking, risk_curve, selection};

pub use crate::report::page::page;

/// The figures of a run.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    /// The confidence from which on Baton answers.
    pub threshold: f64,
    /// Each knowledge base.
    pub agents: Vec<Row>,
    /// The mean over knowledge bases.
    pub macro_mean: Row,
    /// All questions together.
    pub pooled: Row,
    /// Unanswerable questions by kind: how many, and the share answered all the same.
    pub unanswerable: BTreeMap<String, Unanswerable>,
    /// All questions together, in bins of confidence.
    pub reliability: [Bin; BINS],
    /// The share of wrong answers if the surest 1 %, 2 % … 100 % are answered.
    pub risk_by_coverage: Vec<f64>,
}

/// One line of the table.
#[derive(Debug, Clone, Serialize)]
pub struct Row {
    /// The knowledge base, `macro` or `pooled`.
    pub name: String,
    /// How well documents are ranked.
    pub ranking: Ranking,
    /// How good the confidence is.
    pub selection: Selection,
}

/// Questions that cannot be answered, of one kind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct Unanswerable {
    /// How many.
    pub questions: usize,
    /// The share that is answered.
    pub answered: f64,
}

impl Report {
    /// Figures of what was asked.
    pub fn of(asked: &[Asked], threshold: f64) -> Self {
        let mut by_agent: BTreeMap<&str, Vec<&Asked>> = BTreeMap::new();
        for one in asked {
            by_agent.entry(&one.prediction.agent).or_default().push(one);
        }
        let agents: Vec<Row> = by_agent.iter().map(|(name, asked)| row(name, asked)).collect();
        let all: Vec<&Asked> = asked.iter().collect();
        let judged = judged(&all);
        let curve = risk_curve(&judged);
        let at = |percent: usize| curve.get((curve.len() * percent).div_ceil(100).max(1) - 1).copied().unwrap_or(0.0);
        Self {
            threshold,
            macro_mean: mean(&agents),
            pooled: row("pooled", &all),
            agents,
            unanswerable: unanswerable(&judged),
            reliability: bins(&judged),
            risk_by_coverage: (1..=100).map(at).collect(),
        }
    }

    /// The table as text.
    pub fn table(&self) -> String {
        let mut out = format!(
            "{:14} {:>5} {:>5} {:>5} {:>5} {:>5}  {:>5} {:>5} {:>5} {:>5} {:>5}  {:>5} {:>5} {:>5}\n",
            "", "asked", "R@1", "R@5", "nDCG", "MRR", "AUROC", "AURC", "c@10", "c@20", "ECE", "answ", "wrong", "unans"
        );
        for Row { name, ranking: r, selection: s } in self.agents.iter().chain([&self.macro_mean, &self.pooled]) {
            out += &format!(
                "{name:14} {:5} {:5.3} {:5.3} {:5.3} {:5.3}  {:5.3} {:5.3} {:5.3} {:5.3} {:5.3}  {:5.3} {:5.3} {:5.3}\n",
                s.questions,
                r.recall_1,
                r.recall_5,
                r.ndcg_10,
                r.mrr,
                s.auroc_safe,
                s.aurc,
                s.coverage_at_10,
                s.coverage_at_20,
                s.ece,
                s.answered,
                s.wrong_of_answered,
                s.answered_unanswerable
            );
        }
        for (kind, Unanswerable { questions, answered }) in &self.unanswerable {
            out += &format!("unanswerable, {kind}: {questions}, answered all the same {answered:.3}\n");
        }
        out
    }
}

fn row(name: &str, asked: &[&Asked]) -> Row {
    let ranked = asked.iter().map(|one| (one.prediction.ranked.as_slice(), &one.gold));
    Row { name: name.to_owned(), ranking: ranking(ranked), selection: selection(&judged(asked)) }
}

fn judged(asked: &[&Asked]) -> Vec<Judged> {
    asked.iter().filter_map(|one| one.judged.clone()).collect()
}

fn unanswerable(judged: &[Judged]) -> BTreeMap<String, Unanswerable> {
    let mut kinds: BTreeMap<String, Unanswerable> = BTreeMap::new();
    for one in judged.iter().filter(|one| !one.answerable) {
        let kind = kinds.entry(one.kind.clone()).or_default();
        kind.questions += 1;
        kind.answered += f64::from(u8::from(one.answered));
    }
    for kind in kinds.values_mut() {
        kind.answered /= kind.questions as f64;
    }
    kinds
}

/// The mean of each figure over the rows for which it is defined.
fn mean(rows: &[Row]) -> Row {
    let over = |pick: &dyn Fn(&Row) -> f64| {
        let values: Vec<f64> = rows.iter().map(pick).filter(|value| !value.is_nan()).collect();
        values.iter().sum::<f64>() / values.len().max(1) as f64
    };
    Row {
        name: "macro".to_owned(),
        ranking: Ranking {
            questions: rows.iter().map(|row| row.ranking.questions).sum(),
            recall_1: over(&|row| row.ranking.recall_1),
            recall_5: over(&|row| row.ranking.recall_5),
            ndcg_10: over(&|row| row.ranking.ndcg_10),
            mrr: over(&|row| row.ranking.mrr),
        },
        selection: Selection {
            questions: rows.iter().map(|row| row.selection.questions).sum(),
            auroc_safe: over(&|row| row.selection.auroc_safe),
            aurc: over(&|row| row.selection.aurc),
            coverage_at_10: over(&|row| row.selection.coverage_at_10),
            coverage_at_20: over(&|row| row.selection.coverage_at_20),
            ece: over(&|row| row.selection.ece),
            answered: over(&|row| row.selection.answered),
            wrong_of_answered: over(&|row| row.selection.wrong_of_answered),
            answered_unanswerable: over(&|row| row.selection.answered_unanswerable),
        },
    }
}

#[cfg(test)]
mod tests;
