//! Collections in brackets and braces.

use super::{Context, Event, EventKind, Parser, State, event, fault};
use crate::error::Fault;
use crate::scan::TokenKind;

impl<'t> Parser<'t> {
    pub(super) fn flow_sequence_entry(&mut self, first: bool) -> Result<Event<'t>, Fault> {
        if first {
            self.take()?;
        }
        if !self.at_flow_end(false)? {
            if !first {
                if !matches!(self.peek()?.kind, TokenKind::FlowEntry) {
                    return Err(fault("did not find expected ',' or ']'", self.peek()?.start));
                }
                self.take()?;
            }
            if matches!(self.peek()?.kind, TokenKind::Key) {
                let token = self.take()?;
                self.state = State::FlowSequencePairKey;
                let kind = EventKind::MappingStart { flow: true, properties: None };
                return Ok(event(kind, token.start, token.end));
            }
            if !self.at_flow_end(false)? {
                self.states.push(State::FlowSequenceEntry { first: false });
                return self.node(Context::Flow);
            }
        }
        self.flow_end(EventKind::SequenceEnd)
    }

    fn at_flow_end(&mut self, mapping: bool) -> Result<bool, Fault> {
        Ok(match self.peek()?.kind {
            TokenKind::FlowSequenceEnd => !mapping,
            TokenKind::FlowMappingEnd => mapping,
            _ => false,
        })
    }

    fn flow_end(&mut self, kind: EventKind<'t>) -> Result<Event<'t>, Fault> {
        let token = self.take()?;
        self.pop_state();
        let mut end = event(kind, token.start, token.end);
        end.comments = self.take_comments();
        Ok(end)
    }

    pub(super) fn flow_sequence_pair_key(&mut self) -> Result<Event<'t>, Fault> {
        use TokenKind::{FlowEntry, FlowSequenceEnd, Value};
        if matches!(self.peek()?.kind, Value | FlowEntry | FlowSequenceEnd) {
            // As in libyaml, the token goes with the missing key.
            let mark = self.take()?.end;
            self.state = State::FlowSequencePairValue;
            return Ok(self.empty_scalar(mark));
        }
        self.states.push(State::FlowSequencePairValue);
        self.node(Context::Flow)
    }

    pub(super) fn flow_sequence_pair_value(&mut self) -> Result<Event<'t>, Fault> {
        let mark = self.peek()?.start;
        if matches!(self.peek()?.kind, TokenKind::Value) {
            self.take()?;
            if !matches!(self.peek()?.kind, TokenKind::FlowEntry | TokenKind::FlowSequenceEnd) {
                self.states.push(State::FlowSequencePairEnd);
                return self.node(Context::Flow);
            }
        }
        self.state = State::FlowSequencePairEnd;
        Ok(self.empty_scalar(mark))
    }

    pub(super) fn flow_sequence_pair_end(&mut self) -> Result<Event<'t>, Fault> {
        let mark = self.peek()?.start;
        self.state = State::FlowSequenceEntry { first: false };
        Ok(event(EventKind::MappingEnd, mark, mark))
    }

    pub(super) fn flow_mapping_key(&mut self, first: bool) -> Result<Event<'t>, Fault> {
        if first {
            self.take()?;
        }
        if !self.at_flow_end(true)? {
            if !first {
                if !matches!(self.peek()?.kind, TokenKind::FlowEntry) {
                    return Err(fault("did not find expected ',' or '}'", self.peek()?.start));
                }
                self.take()?;
            }
            if matches!(self.peek()?.kind, TokenKind::Key) {
                self.take()?;
                use TokenKind::{FlowEntry, FlowMappingEnd, Value};
                let token = self.peek()?;
                let mark = token.start;
                if matches!(token.kind, Value | FlowEntry | FlowMappingEnd) {
                    self.state = State::FlowMappingValue { empty: false };
                    return Ok(self.empty_scalar(mark));
                }
                self.states.push(State::FlowMappingValue { empty: false });
                return self.node(Context::Flow);
            }
            if !self.at_flow_end(true)? {
                self.states.push(State::FlowMappingValue { empty: true });
                return self.node(Context::Flow);
            }
        }
        self.flow_end(EventKind::MappingEnd)
    }

    pub(super) fn flow_mapping_value(&mut self, empty: bool) -> Result<Event<'t>, Fault> {
        let mut mark = self.peek()?.start;
        if !empty && matches!(self.peek()?.kind, TokenKind::Value) {
            self.take()?;
            let token = self.peek()?;
            mark = token.start;
            if !matches!(token.kind, TokenKind::FlowEntry | TokenKind::FlowMappingEnd) {
                self.states.push(State::FlowMappingKey { first: false });
                return self.node(Context::Flow);
            }
        }
        self.state = State::FlowMappingKey { first: false };
        Ok(self.empty_scalar(mark))
    }
}
