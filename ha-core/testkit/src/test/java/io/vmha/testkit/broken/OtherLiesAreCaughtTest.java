package io.vmha.testkit.broken;

import static org.assertj.core.api.Assertions.assertThat;

import io.vmha.adapter.DatabaseCluster;
import io.vmha.adapter.FaultSource;
import io.vmha.adapter.FencingDevice;
import io.vmha.adapter.TrafficDirector;
import io.vmha.center.journal.PlanJournal;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.platform.engine.TestExecutionResult.Status;

/** Directors, devices, clusters, journals and fault sources that are each broken in one way, and the test of the contract that is there to find it. */
class OtherLiesAreCaughtTest {

    static List<BrokenPart<TrafficDirector>> directors() {
        return LyingDirectors.ALL;
    }

    static List<BrokenPart<FencingDevice>> devices() {
        return LyingDevices.ALL;
    }

    static List<BrokenPart<DatabaseCluster>> clusters() {
        return LyingClusters.ALL;
    }

    static List<BrokenPart<PlanJournal>> journals() {
        return LyingJournals.ALL;
    }

    static List<BrokenPart<FaultSource>> sources() {
        return LyingSources.ALL;
    }

    @AfterEach
    void breakNothing() {
        LyingContracts.director = UnaryOperator.identity();
        LyingContracts.device = UnaryOperator.identity();
        LyingContracts.cluster = UnaryOperator.identity();
        LyingContracts.journal = UnaryOperator.identity();
        LyingContracts.source = UnaryOperator.identity();
    }

    @ParameterizedTest
    @MethodSource("directors")
    void theContractCatchesADirectorThat(BrokenPart<TrafficDirector> part) {
        LyingContracts.director = part.broken();
        assertCaught(part, LyingContracts.Directors.class);
    }

    @ParameterizedTest
    @MethodSource("devices")
    void theContractCatchesADeviceThat(BrokenPart<FencingDevice> part) {
        LyingContracts.device = part.broken();
        assertCaught(part, LyingContracts.Devices.class);
    }

    @ParameterizedTest
    @MethodSource("clusters")
    void theContractCatchesAClusterThat(BrokenPart<DatabaseCluster> part) {
        LyingContracts.cluster = part.broken();
        assertCaught(part, LyingContracts.Clusters.class);
    }

    @ParameterizedTest
    @MethodSource("journals")
    void theContractCatchesAJournalThat(BrokenPart<PlanJournal> part) {
        LyingContracts.journal = part.broken();
        assertCaught(part, LyingContracts.Journals.class);
    }

    @ParameterizedTest
    @MethodSource("sources")
    void theContractCatchesASourceThat(BrokenPart<FaultSource> part) {
        LyingContracts.source = part.broken();
        assertCaught(part, LyingContracts.Sources.class);
    }

    @Test
    void whatIsNotBrokenPasses() {
        for (Class<?> contract : List.of(
                LyingContracts.Directors.class,
                LyingContracts.Devices.class,
                LyingContracts.Clusters.class,
                LyingContracts.Journals.class,
                LyingContracts.Sources.class)) {
            assertThat(ContractRun.of(contract).values())
                    .as("%s", contract)
                    .hasSizeGreaterThan(5)
                    .containsOnly(Status.SUCCESSFUL);
        }
    }

    private static void assertCaught(BrokenPart<?> part, Class<?> contract) {
        assertThat(ContractRun.of(contract, part.caughtBy()))
                .as("%s", part)
                .containsEntry(part.caughtBy(), Status.FAILED);
    }
}
