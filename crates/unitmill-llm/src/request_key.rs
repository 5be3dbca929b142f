//! The name of a request: what two machines compute alike for the same question.

use unitmill_model::{Digest, DigestBuilder, Message, ModelRequest};

/// The key of a request, over every field of it and nothing else: neither the server's
/// address nor the key to it. Floats count by their bits.
///
/// Journals are read by these keys; a change here makes every recorded answer unfindable.
pub fn request_key(request: &ModelRequest) -> Digest {
    // Taken apart by name, so that a new field cannot be forgotten.
    let ModelRequest {
        model,
        messages,
        temperature,
        top_p,
        max_tokens,
        seed,
        sample,
    } = request;
    let mut key = DigestBuilder::new("request");
    key.push(model)
        .push((messages.len() as u64).to_le_bytes())
        .push(temperature.to_bits().to_le_bytes())
        .push(top_p.to_bits().to_le_bytes())
        .push(max_tokens.to_le_bytes())
        .push(seed.to_le_bytes())
        .push(sample.to_le_bytes());
    for Message { role, content } in messages {
        key.push(role.as_str()).push(content);
    }
    key.finish()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use unitmill_model::Role;

    use super::*;

    fn request() -> ModelRequest {
        ModelRequest {
            model: "qwen3-coder".to_owned(),
            messages: vec![
                Message {
                    role: Role::System,
                    content: "You write unit tests.".to_owned(),
                },
                Message {
                    role: Role::User,
                    content: "def f(x):\n    return x\n".to_owned(),
                },
            ],
            temperature: 0.2,
            top_p: 1.0,
            max_tokens: 2048,
            seed: 20_261_120,
            sample: 0,
        }
    }

    /// Recorded runs depend on this value.
    #[test]
    fn the_key_is_stable() {
        insta::assert_snapshot!(request_key(&request()), @"072a3804063c77f97313fc4a874cdc956f691054b5451d5949706809735c7072");
    }

    #[test]
    fn every_field_counts() {
        type Change = fn(&mut ModelRequest);
        let changes: &[Change] = &[
            |request| request.model.push('2'),
            |request| request.messages[0].role = Role::User,
            |request| request.messages[1].content.push(' '),
            |request| request.messages.truncate(1),
            |request| request.messages.reverse(),
            |request| request.temperature = 0.3,
            |request| request.top_p = 0.9,
            |request| request.max_tokens = 2049,
            |request| request.seed += 1,
            |request| request.sample += 1,
        ];
        let mut keys = vec![request_key(&request())];
        for change in changes {
            let mut changed = request();
            change(&mut changed);
            keys.push(request_key(&changed));
        }
        keys.sort();
        keys.dedup();
        assert_eq!(keys.len(), changes.len() + 1);
    }

    proptest! {
        #[test]
        fn text_does_not_move_between_messages(text in "[a-z]{2,12}", cut in 1usize..11) {
            let cut = cut.min(text.len() - 1);
            let with = |contents: &[&str]| {
                let mut request = request();
                request.messages = contents
                    .iter()
                    .map(|content| Message { role: Role::User, content: (*content).to_owned() })
                    .collect();
                request_key(&request)
            };
            prop_assert_ne!(with(&[&text]), with(&[&text[..cut], &text[cut..]]));
            prop_assert_ne!(with(&[&text, ""]), with(&[&text[..cut], &text[cut..]]));
        }
    }
}
