package io.vmha.testkit.broken;

import static org.assertj.core.api.Assertions.assertThat;

import io.vmha.center.schedule.CenterScheduler;
import io.vmha.detection.SecondCheck;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.platform.engine.TestExecutionResult.Status;

/** Second checks, schedulers and elections that are each broken in one way, and the test of the contract that is there to find it. */
class CenterLiesAreCaughtTest {
    private static final Duration SHORT = Duration.ofSeconds(2);
    private static final Duration LONG = Duration.ofSeconds(30);

    static List<BrokenPart<SecondCheck>> checks() {
        return LyingChecks.ALL;
    }

    static List<BrokenPart<CenterScheduler>> schedulers() {
        return LyingSchedulers.ALL;
    }

    static List<BrokenPart<ModelElection>> elections() {
        return LyingLeaderships.ALL;
    }

    @AfterEach
    void breakNothing() {
        LyingContracts.check = UnaryOperator.identity();
        LyingContracts.scheduler = UnaryOperator.identity();
        LyingContracts.election = UnaryOperator.identity();
        LyingContracts.patience = LONG;
    }

    @ParameterizedTest
    @MethodSource("checks")
    void theContractCatchesACheckThat(BrokenPart<SecondCheck> part) {
        LyingContracts.check = part.broken();
        assertCaught(part, LyingContracts.Checks.class);
    }

    @ParameterizedTest
    @MethodSource("schedulers")
    void theContractCatchesASchedulerThat(BrokenPart<CenterScheduler> part) {
        LyingContracts.scheduler = part.broken();
        assertCaught(part, LyingContracts.Schedulers.class);
    }

    @ParameterizedTest
    @MethodSource("elections")
    void theContractCatchesAnElectionThat(BrokenPart<ModelElection> part) {
        LyingContracts.election = part.broken();
        assertCaught(part, LyingContracts.Elections.class);
    }

    @Test
    void whatIsNotBrokenPasses() {
        for (Class<?> contract :
                List.of(LyingContracts.Checks.class, LyingContracts.Schedulers.class, LyingContracts.Elections.class)) {
            assertThat(ContractRun.of(contract).values())
                    .as("%s", contract)
                    .hasSizeGreaterThan(9)
                    .containsOnly(Status.SUCCESSFUL);
        }
    }

    private static void assertCaught(BrokenPart<?> part, Class<?> contract) {
        LyingContracts.patience = SHORT;
        assertThat(ContractRun.of(contract, part.caughtBy()))
                .as("%s", part)
                .isEqualTo(Map.of(part.caughtBy(), Status.FAILED));
    }
}
