//! The checker and the engine against readers of this test's own: counted out, damaged on purpose, drawn at random.

mod checker {
    mod agree;
    mod draw;
    mod effects;
    mod engine;
    mod facts;
    mod found;
    mod law;
    mod log;
    mod made_up;
    mod mutants;
    mod naive;
    mod properties;
    mod published;
    mod rates;
    mod shape;
    mod shown;
    mod story;
    mod text;
    mod vectors;
}
