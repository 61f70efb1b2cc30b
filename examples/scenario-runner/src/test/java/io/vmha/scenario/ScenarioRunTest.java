package io.vmha.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.vmha.policy.Outcome;
import org.junit.jupiter.api.Test;

class ScenarioRunTest {
    private static final String DETECTION = "policy: {detection: {silentAfterSeconds: 10}}\n";

    @Test
    void whoSendsHeartbeatsIsNeverSuspected() {
        ScenarioResult result = run(DETECTION + "events: [{at: 3600, vmRepaired: {vm: mw1}}]");

        assertThat(result.actions()).isEmpty();
        assertThat(result.decisions()).noneMatch(row -> row.outcome() == Outcome.REDIRECTED);
    }

    @Test
    void aVmThatFallsSilentIsFoundAfterTheLimitThoughNothingElseHappens() {
        ScenarioResult result = run(DETECTION + "events: [{at: 100, silent: {vm: mw1}}]");

        assertThat(result.decisions()).first().satisfies(row -> {
            assertThat(row.columns()).containsEntry("subject", "mw1").containsEntry("trigger", "GUEST_HUNG");
            assertThat(row.outcome()).isEqualTo(Outcome.REDIRECTED);
            assertThat(row.atSeconds()).isBetween(110.0, 115.0);
        });
    }

    @Test
    void aVmThatIsHeardOfAgainInTimeIsLeftAlone() {
        ScenarioResult result = run(DETECTION + """
                events:
                  - {at: 100, silent: {vm: mw1}}
                  - {at: 108, heard: {vm: mw1}}
                """);

        assertThat(result.decisions()).isEmpty();
    }

    @Test
    void aHostWhoseVmsAreSilentTooIsUnreachable() {
        ScenarioResult result = run(DETECTION + """
                events:
                  - {at: 100, silent: {host: h1}}
                  - {at: 100, silent: {vm: mw1}}
                """);

        assertThat(result.decisions())
                .first()
                .satisfies(row -> assertThat(row.columns())
                        .containsEntry("subject", "mw1")
                        .containsEntry("trigger", "HOST_UNREACHABLE"));
    }

    @Test
    void aVmThatWasRemovedHasNoRowAtTheEnd() {
        ScenarioResult result = run("""
                events:
                  - {at: 0, vmFault: {vm: mw1, kind: IO_ERROR}}
                  - {at: 10, vmRemoved: {vm: mw1}}
                expectFinal:
                  - {id: mw1, not: true}
                  - {id: mw2, host: h2}
                """);

        assertThat(result.failures()).isEmpty();
        assertThat(result.servedBy()).isEmpty();
    }

    private static ScenarioResult run(String rest) {
        return ScenarioRun.run(ScenarioFiles.read(rest));
    }
}
