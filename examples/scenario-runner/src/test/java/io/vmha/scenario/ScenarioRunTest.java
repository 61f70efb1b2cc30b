package io.vmha.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

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

    @Test
    void aHostThatVmsAreOnCannotBeRemovedAndTheEventIsNamed() {
        assertThatExceptionOfType(ScenarioException.class)
                .isThrownBy(() -> run("""
                        events:
                          - {at: 0, vmFault: {vm: mw2, kind: IO_ERROR}}
                          - {at: 1, hostRemoved: {host: h1}}
                        """))
                .withMessageStartingWith("test.yaml: events[1]: ")
                .withMessageContaining("h1");
    }

    @Test
    void whereVmsMovedToCannotBeRemovedEither() {
        assertThatExceptionOfType(ScenarioException.class)
                .isThrownBy(() -> run("""
                        events:
                          - {at: 0, vmMoved: {vm: mw1, host: h2}}
                          - {at: 1, hostRemoved: {host: h1}}
                          - {at: 2, vmRemoved: {vm: mw2}}
                          - {at: 3, hostRemoved: {host: h2}}
                        """))
                .withMessageContaining("events[")
                .withMessageContaining("mw1");
    }

    @Test
    void operatorsMayComeTooLate() {
        ScenarioResult result = run("""
                events:
                  - {at: 0, approve: {plan: 9}}
                  - {at: 0, reject: {plan: 9}}
                """);

        assertThat(result.decisions()).isEmpty();
    }

    @Test
    void aReadingThatADeadCenterBeganReachesNobody() {
        ScenarioResult result = run("""
                policy: {recovery: {MIDDLEWARE: RESTART}}
                events:
                  - {at: 5, vmMoved: {vm: mw1, host: h2}}
                  - {at: 10, centerCrash: {}}
                  - {at: 20, centerRestart: {}}
                  - {at: 25, resync: {asOf: 2}}
                  - {at: 26, resync: {asOf: 15}}
                  - {at: 30, hostDown: {host: h1}}
                expect: [{subject: mw1, not: true}]
                expectFinal: [{id: mw1, host: h2, power: 'ON'}]
                """);

        assertThat(result.failures()).isEmpty();
    }

    @Test
    void aCenterThatCrashedForGoodLeavesWhatItLastKnew() {
        ScenarioResult result = run("""
                events:
                  - {at: 0, vmFault: {vm: mw1, kind: IO_ERROR}}
                  - {at: 10, centerCrash: {}}
                  - {at: 20, vmFault: {vm: mw2, kind: IO_ERROR}}
                expectFinal:
                  - {id: mw1, health: FAILED, servedBy: mw2}
                  - {subject: mw2, not: true}
                """);

        assertThat(result.failures()).isEmpty();
    }

    private static ScenarioResult run(String rest) {
        return ScenarioRun.run(ScenarioFiles.read(rest));
    }
}
