package io.vmha.monitor.broken;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;
import org.junit.platform.engine.TestExecutionResult.Status;

/** Probes, isolations and reporters that are each broken in one way, and the test of the contract that is there to find it. */
class LiesAreCaughtTest {
    private static final Duration SHORT = Duration.ofSeconds(2);
    private static final Duration LONG = Duration.ofSeconds(30);

    @AfterEach
    void breakNothing() {
        BrokenContracts.probe = ProbeLie.NONE;
        BrokenContracts.isolation = IsolationLie.NONE;
        BrokenContracts.reporter = ReporterLie.NONE;
        BrokenContracts.patience = LONG;
    }

    @ParameterizedTest
    @EnumSource(mode = Mode.EXCLUDE, names = "NONE")
    void theContractCatchesAProbeThat(ProbeLie lie) {
        BrokenContracts.probe = lie;
        assertCaught(BrokenContracts.Probes.class, lie.caughtBy);
    }

    @ParameterizedTest
    @EnumSource(mode = Mode.EXCLUDE, names = "NONE")
    void theContractCatchesAnIsolationThat(IsolationLie lie) {
        BrokenContracts.isolation = lie;
        assertCaught(BrokenContracts.Isolations.class, lie.caughtBy);
    }

    @ParameterizedTest
    @EnumSource(mode = Mode.EXCLUDE, names = "NONE")
    void theContractCatchesAReporterThat(ReporterLie lie) {
        BrokenContracts.reporter = lie;
        assertCaught(BrokenContracts.Reporters.class, lie.caughtBy);
    }

    @Test
    void whatIsNotBrokenPasses() {
        for (Class<?> contract : List.of(
                BrokenContracts.Probes.class, BrokenContracts.Isolations.class, BrokenContracts.Reporters.class)) {
            assertThat(ContractRun.of(contract).values())
                    .as("%s", contract)
                    .hasSizeGreaterThan(9)
                    .containsOnly(Status.SUCCESSFUL);
        }
    }

    private static void assertCaught(Class<?> contract, String test) {
        BrokenContracts.patience = SHORT;
        assertThat(ContractRun.of(contract, test)).isEqualTo(Map.of(test, Status.FAILED));
    }
}
