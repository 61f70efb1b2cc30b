package io.vmha.scenario;

import static io.vmha.scenario.ScenarioFiles.read;
import static io.vmha.scenario.ScenarioFiles.refusal;
import static io.vmha.scenario.ScenarioFiles.with;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.collect.ImmutableMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ExpectationTest {
    private static final List<Map<String, Object>> END = List.of(
            row("id", "h1", "health", "UP", "freeCpuMillis", 8_000L, "freeMemoryMiB", 32_768L),
            row("id", "mw1", "host", "h1", "power", "OFF", "health", "FAILED", "servedBy", "mw2"),
            row("id", "mw2", "host", "h2", "power", "ON", "health", "HEALTHY"),
            row("id", "mw3", "possibleHosts", List.of("h1", "h2"), "power", "UNKNOWN", "health", "FAILED"),
            row("subject", "mw1", "need", "RESTORE", "reason", "NO_CAPACITY", "since", 10.0),
            row("plan", 3L, "reason", "AWAITING_APPROVAL"));

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{id: mw1, host: h1, power: 'OFF', health: FAILED, servedBy: mw2}",
                "{id: mw2, servedBy: null}",
                "{id: mw2, servedBy: ~}",
                "{id: mw1, servedBy: {anyOf: [mw3, mw2]}}",
                "{id: mw2, servedBy: {anyOf: [mw3, null]}}",
                "{id: mw3, host: null, possibleHosts: [h2, h1]}",
                "{id: h1, freeCpuMillis: 8000, freeMemoryMiB: 32768}",
                "{subject: mw1, need: RESTORE, reason: NO_CAPACITY, since: 10}",
                "{subject: mw1, since: 10.0}",
                "{plan: 3, reason: AWAITING_APPROVAL}",
                "{id: mw2, health: FAILED, not: true}",
                "{subject: mw2, not: true}",
                "{id: mw1, servedBy: null, not: true}",
                "{id: mw1, not: false}"
            })
    void holds(String row) {
        assertThat(failures(row)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {id: mw1, servedBy: null}              | expectFinal[0]: no row matches {id=mw1, servedBy=(absent)}; there is {id=mw1
            {id: mw2, servedBy: mw1}               | no row matches
            {id: mw1, servedBy: {anyOf: [mw3]}}    | no row matches
            {id: mw3, possibleHosts: [h1]}         | no row matches
            {id: h1, freeCpuMillis: 800}           | no row matches
            {subject: mw1, since: 11}              | no row matches
            {id: mw9}                              | no row matches {id=mw9}
            {plan: 3, not: true}                   | expectFinal[0]: a row matches that must not: {plan=3
            {id: mw1, health: {anyOf: [HEALTHY, FAILED]}, not: true} | a row matches that must not
            """)
    void doesNotHoldAndSaysSo(String row, String message) {
        assertThat(failures(row)).singleElement().asString().contains(message);
    }

    @Test
    void rowsOfTheEndAreExpectedInAnyOrder() {
        assertThat(failures("{plan: 3}, {id: mw1}, {id: h1}, {id: mw1}")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            expectFinal: [{id: mw1, color: red}]          | expectFinal[0].color: unknown key
            expectFinal: [{}]                             | expectFinal[0]: names no key
            expectFinal: {id: mw1}                        | expectFinal: must be a list
            expectFinal: [{since: soon}]                  | expectFinal[0].since: must be a number
            expectFinal: [{id: {noneOf: [a]}}]            | noneOf: unknown key
            expectFinal: [{id: mw1, not: perhaps}]        | must be true or false
            expect: [{}]                                  | expect[0]: names no key
            """)
    void whatCannotBeExpectedIsRefused(String rows, String message) {
        assertThat(refusal(with(rows))).contains(message);
    }

    @Test
    void aDecisionWithoutATargetIsExpectedAsNull() {
        ScenarioResult result = ScenarioRun.run(read("""
                events:
                  - {at: 0, vmFault: {vm: mw1, kind: IO_ERROR}}
                  - {at: 1, vmFault: {vm: mw2, kind: IO_ERROR}}
                expect:
                  - {subject: mw1, target: mw2}
                  - {subject: mw2, target: null, outcome: NO_TARGET}
                """));

        assertThat(result.failures()).isEmpty();
    }

    @Test
    void anEndThatIsNotAsExpectedIsAFailure() {
        ScenarioResult result = ScenarioRun.run(read("""
                events: [{at: 0, vmFault: {vm: mw1, kind: IO_ERROR}}]
                expectFinal:
                  - {id: mw1, servedBy: mw2}
                  - {id: mw1, power: 'ON'}
                """));

        assertThat(result.failures()).singleElement().asString().startsWith("expectFinal[1]: ");
    }

    private static List<String> failures(String rows) {
        return Expectation.failuresInAnyOrder(
                read("expectFinal: [" + rows + "]").finalExpectations(), END);
    }

    private static Map<String, Object> row(Object... keysAndValues) {
        ImmutableMap.Builder<String, Object> row = ImmutableMap.builder();
        for (int i = 0; i < keysAndValues.length; i += 2) {
            row.put((String) keysAndValues[i], keysAndValues[i + 1]);
        }
        return row.buildOrThrow();
    }
}
