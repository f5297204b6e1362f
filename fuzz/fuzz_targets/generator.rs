#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    if let Err(difference) = dewspec_fuzz::generator(data) {
        panic!("{difference}");
    }
});
