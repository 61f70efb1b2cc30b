package io.vmha.testkit.broken;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectMethod;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/** Adapters that are each broken in one way, and the test of the contract that is there to find it. */
class LiesAreCaughtTest {

    @ParameterizedTest
    @EnumSource
    void theContractCatches(Lie lie) {
        LyingAdapterContract.lie = lie;

        assertThat(results(lie.caughtBy))
                .as("%s is caught by %s", lie, lie.caughtBy)
                .hasSize(1)
                .containsValue(TestExecutionResult.Status.FAILED);
    }

    @Test
    void thereAreManyWaysToLie() {
        assertThat(Lie.values()).hasSizeGreaterThanOrEqualTo(20);
        Map<String, List<Lie>> byTest = new TreeMap<>();
        Stream.of(Lie.values())
                .forEach(lie -> byTest.merge(
                        lie.caughtBy,
                        List.of(lie),
                        (one, other) ->
                                Stream.concat(one.stream(), other.stream()).toList()));
        byTest.forEach((test, lies) -> System.out.println(test + ": " + lies));
        assertThat(byTest).hasSizeGreaterThan(10);
    }

    private static Map<String, TestExecutionResult.Status> results(String method) {
        LauncherDiscoveryRequest request = LauncherDiscoveryRequestBuilder.request()
                .selectors(selectMethod(LyingAdapterContract.class, declared(method)))
                .build();
        Map<String, TestExecutionResult.Status> results = new LinkedHashMap<>();
        LauncherFactory.create().execute(request, new TestExecutionListener() {
            @Override
            public void executionFinished(TestIdentifier test, TestExecutionResult result) {
                if (test.isTest()) {
                    results.put(test.getDisplayName(), result.getStatus());
                }
            }
        });
        return results;
    }

    /** It is declared in the contract or in what that extends. */
    private static java.lang.reflect.Method declared(String method) {
        for (Class<?> type = LyingAdapterContract.class; type != null; type = type.getSuperclass()) {
            for (java.lang.reflect.Method found : type.getDeclaredMethods()) {
                if (found.getName().equals(method)) {
                    return found;
                }
            }
        }
        throw new AssertionError("no such test: " + method + " in "
                + Arrays.toString(LyingAdapterContract.class.getSuperclass().getDeclaredMethods()));
    }
}
