package io.vmha.monitor.broken;

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectMethod;

import java.lang.reflect.Method;
import java.util.Map;
import java.util.TreeMap;
import org.junit.platform.engine.DiscoverySelector;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.TestExecutionResult.Status;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/** Runs a contract's tests, and tells how each ended; one with parameters has failed if it has with any. */
final class ContractRun {
    private ContractRun() {}

    /** Runs all of a contract's tests. */
    static Map<String, Status> of(Class<?> contract) {
        return run(selectClass(contract));
    }

    /** Runs one of a contract's tests. */
    static Map<String, Status> of(Class<?> contract, String test) {
        return run(selectMethod(contract, declared(contract, test)));
    }

    /** It is declared in the contract or in what that extends. */
    private static Method declared(Class<?> contract, String test) {
        for (Class<?> type = contract; type != null; type = type.getSuperclass()) {
            for (Method found : type.getDeclaredMethods()) {
                if (found.getName().equals(test)) {
                    return found;
                }
            }
        }
        throw new AssertionError("no such test: " + test + " in " + contract);
    }

    private static String name(TestIdentifier test) {
        return ((MethodSource) test.getSource().orElseThrow()).getMethodName();
    }

    private static Status worse(Status one, Status other) {
        return one == Status.SUCCESSFUL ? other : one;
    }

    private static Map<String, Status> run(DiscoverySelector tests) {
        Map<String, Status> results = new TreeMap<>();
        LauncherFactory.create()
                .execute(
                        LauncherDiscoveryRequestBuilder.request()
                                .selectors(tests)
                                .build(),
                        new TestExecutionListener() {
                            @Override
                            public void executionFinished(TestIdentifier test, TestExecutionResult result) {
                                if (test.isTest()) {
                                    results.merge(name(test), result.getStatus(), ContractRun::worse);
                                }
                            }
                        });
        return results;
    }
}
