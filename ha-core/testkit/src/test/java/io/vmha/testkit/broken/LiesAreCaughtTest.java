package io.vmha.testkit.broken;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.platform.engine.TestExecutionResult.Status;

/** Adapters that are each broken in one way, and the test of the contract that is there to find it. */
class LiesAreCaughtTest {

    static Stream<BrokenAdapter> lies() {
        return BrokenAdapter.all();
    }

    @ParameterizedTest
    @MethodSource("lies")
    void theContractCatches(BrokenAdapter lie) {
        LyingAdapterContract.lie = lie;

        assertThat(ContractRun.of(LyingAdapterContract.class, lie.caughtBy()))
                .as("%s is caught by %s", lie, lie.caughtBy())
                .isEqualTo(Map.of(lie.caughtBy(), Status.FAILED));
    }

    @Test
    void thereAreManyWaysToLie() {
        assertThat(lies()).hasSizeGreaterThan(70);
        Map<String, List<BrokenAdapter>> byTest = new TreeMap<>();
        lies().forEach(lie -> byTest.merge(
                lie.caughtBy(),
                List.of(lie),
                (one, other) -> Stream.concat(one.stream(), other.stream()).toList()));
        byTest.forEach((test, lies) -> System.out.println(test + ": " + lies));
        assertThat(byTest).hasSizeGreaterThan(10);
    }
}
