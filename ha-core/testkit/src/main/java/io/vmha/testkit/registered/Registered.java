package io.vmha.testkit.registered;

import io.vmha.testkit.contract.DatabaseTestbed;
import io.vmha.testkit.contract.FaultSourceTestbed;
import io.vmha.testkit.contract.FencingTestbed;
import io.vmha.testkit.contract.HypervisorTestbed;
import io.vmha.testkit.contract.LeadershipTestbed;
import io.vmha.testkit.contract.SchedulerTestbed;
import io.vmha.testkit.contract.SecondCheckTestbed;
import io.vmha.testkit.contract.TrafficTestbed;
import java.util.List;
import java.util.ServiceLoader;

/** Finds the testbeds that a project registered. Each contract has one: two of a kind are told, and each wants a class of its own. */
final class Registered {
    static final List<Class<? extends AutoCloseable>> KINDS = List.of(
            HypervisorTestbed.class,
            TrafficTestbed.class,
            FencingTestbed.class,
            DatabaseTestbed.class,
            FaultSourceTestbed.class,
            SecondCheckTestbed.class,
            LeadershipTestbed.class,
            SchedulerTestbed.class);

    private Registered() {}

    static boolean hypervisor() {
        return count(HypervisorTestbed.class) > 0;
    }

    static boolean traffic() {
        return count(TrafficTestbed.class) > 0;
    }

    static boolean fencing() {
        return count(FencingTestbed.class) > 0;
    }

    static boolean database() {
        return count(DatabaseTestbed.class) > 0;
    }

    static boolean faults() {
        return count(FaultSourceTestbed.class) > 0;
    }

    static boolean checks() {
        return count(SecondCheckTestbed.class) > 0;
    }

    static boolean leaderships() {
        return count(LeadershipTestbed.class) > 0;
    }

    static boolean schedulers() {
        return count(SchedulerTestbed.class) > 0;
    }

    static long count(Class<?> kind) {
        return ServiceLoader.load(kind).stream().count();
    }

    /** Returns a new one. */
    static <T> T newTestbed(Class<T> kind) {
        List<ServiceLoader.Provider<T>> found =
                ServiceLoader.load(kind).stream().toList();
        if (found.size() != 1) {
            throw new IllegalStateException(
                    "there must be one " + kind.getSimpleName() + " among the registered services, but there are "
                            + found.stream().map(ServiceLoader.Provider::type).toList()
                            + "; extend the contract's test for each of several");
        }
        return found.get(0).get();
    }
}
