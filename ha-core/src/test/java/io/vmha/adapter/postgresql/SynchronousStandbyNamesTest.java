package io.vmha.adapter.postgresql;

import static org.assertj.core.api.Assertions.assertThat;

import io.vmha.model.CommitRule.Kind;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SynchronousStandbyNamesTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "`` | NONE | 0 | `` | false",
                "`  ` | NONE | 0 | `` | false",
                "s1 | PRIORITY | 1 | s1 | false",
                "S1, s9 | PRIORITY | 1 | s1;s9 | false",
                "s1,s1 | PRIORITY | 1 | s1 | false",
                "2 (s1,s2, s3) | PRIORITY | 2 | s1;s2;s3 | false",
                "FIRST 1 (s1) | PRIORITY | 1 | s1 | false",
                "first 3(s1) | PRIORITY | 3 | s1 | false",
                "ANY 1 (s1,s9) | QUORUM | 1 | s1;s9 | false",
                "any 2 (\"S 1\", \"a\"\"b\", c) | QUORUM | 2 | s 1;a\"b;c | false",
                "* | PRIORITY | 1 | `` | true",
                "ANY 1 (s1, *) | QUORUM | 1 | s1 | true",
                "\"*\" | PRIORITY | 1 | `` | true",
            })
    void aSettingSaysWhichReplicasCountAndHowMany(
            String setting, Kind kind, int required, String names, boolean isOpen) {
        SynchronousStandbyNames parsed = SynchronousStandbyNames.parse(setting);

        assertThat(parsed)
                .isEqualTo(new SynchronousStandbyNames(
                        kind, required, names.isEmpty() ? List.of() : List.of(names.split(";")), isOpen));
    }

    @ParameterizedTest
    @ValueSource(strings = {"ANY (s1)", "s1 s2", "ANY 1 (s1,", "(s1)", "\"s1", ",", "s1,,s2"})
    void whatIsNotUnderstoodPromisesNothing(String setting) {
        assertThat(SynchronousStandbyNames.parse(setting).isOpen()).isTrue();
    }
}
