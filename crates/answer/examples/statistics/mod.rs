//! Figures of merit of a confidence.

/// One question with its confidence and the truth.
#[derive(Clone)]
pub(crate) struct Scored {
    pub(crate) confidence: f64,
    pub(crate) safe: bool,
    pub(crate) answerable: bool,
    pub(crate) kind: String,
}

/// Largest share of wrong answers at which coverage is reported.
const RISK: f64 = 0.2;

/// One line: discrimination, calibration, and what the threshold does.
pub(crate) fn report(name: &str, scored: &[Scored], threshold: f64) -> String {
    let answered: Vec<&Scored> = scored.iter().filter(|one| one.confidence >= threshold).collect();
    let right = answered.iter().filter(|one| one.safe).count();
    let share = |part: usize, whole: usize| part as f64 / whole.max(1) as f64;
    let answered_of = |kinds: &[&str]| {
        let of_kind: Vec<&Scored> = scored.iter().filter(|one| kinds.contains(&one.kind.as_str())).collect();
        share(of_kind.iter().filter(|one| one.confidence >= threshold).count(), of_kind.len())
    };
    let unanswerable = scored.iter().filter(|one| !one.answerable);
    let wrongly = share(unanswerable.clone().filter(|one| one.confidence >= threshold).count(), unanswerable.count());
    format!(
        "{name:12} n {:4} safe {:.3} | AUROC {:.3} ECE {:.3} coverage at 20 % risk {:.3} | at {threshold:.2}: answered {:.3} precision {:.3} of unanswerable {:.3} other+chitchat {:.3} missing {:.3}",
        scored.len(),
        share(scored.iter().filter(|one| one.safe).count(), scored.len()),
        auroc(scored),
        calibration_error(scored),
        coverage(scored),
        share(answered.len(), scored.len()),
        share(right, answered.len()),
        wrongly,
        answered_of(&["other", "chitchat"]),
        answered_of(&["missing"]),
    )
}

/// The chance that a safe question has a higher confidence than an unsafe one.
fn auroc(scored: &[Scored]) -> f64 {
    let (safe, unsafe_): (Vec<&Scored>, Vec<&Scored>) = scored.iter().partition(|one| one.safe);
    let wins: f64 = safe
        .iter()
        .map(|a| {
            unsafe_
                .iter()
                .map(|b| {
                    if a.confidence > b.confidence {
                        1.0
                    } else if a.confidence == b.confidence {
                        0.5
                    } else {
                        0.0
                    }
                })
                .sum::<f64>()
        })
        .sum();
    wins / (safe.len() * unsafe_.len()).max(1) as f64
}

/// Expected calibration error over ten bins of equal width.
fn calibration_error(scored: &[Scored]) -> f64 {
    let mut bins = [(0.0, 0.0, 0.0); 10];
    for one in scored {
        let bin = &mut bins[((one.confidence * 10.0) as usize).min(9)];
        bin.0 += 1.0;
        bin.1 += one.confidence;
        bin.2 += f64::from(u8::from(one.safe));
    }
    bins.iter().map(|(_, confidence, safe)| (confidence - safe).abs()).sum::<f64>() / scored.len().max(1) as f64
}

/// The largest share that can be answered with at most [`RISK`] wrong.
fn coverage(scored: &[Scored]) -> f64 {
    let mut sorted: Vec<&Scored> = scored.iter().collect();
    sorted.sort_by(|a, b| b.confidence.total_cmp(&a.confidence));
    let mut wrong = 0;
    let mut best = 0;
    for (at, one) in sorted.iter().enumerate() {
        wrong += usize::from(!one.safe);
        if wrong as f64 <= RISK * (at + 1) as f64 {
            best = at + 1;
        }
    }
    best as f64 / scored.len().max(1) as f64
}
