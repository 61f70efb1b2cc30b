/** For users' tests: contract tests, assertions, datacenters in a few lines and fault injection. */
module io.vmha.testkit {
    requires transitive io.vmha.core;
    requires transitive org.junit.jupiter.api;
    requires transitive org.assertj.core;
    requires awaitility;
    requires static transitive org.jspecify;
    requires static com.google.errorprone.annotations;
    requires static org.immutables.value.annotations;
    requires static java.compiler;

    uses io.vmha.testkit.contract.HypervisorTestbed;
    uses io.vmha.testkit.contract.TrafficTestbed;
    uses io.vmha.testkit.contract.FencingTestbed;
    uses io.vmha.testkit.contract.DatabaseTestbed;
    uses io.vmha.testkit.contract.FaultSourceTestbed;
    uses io.vmha.testkit.contract.SecondCheckTestbed;
    uses io.vmha.testkit.contract.LeadershipTestbed;
    uses io.vmha.testkit.contract.SchedulerTestbed;

    // JUnit calls tests that are not public.
    opens io.vmha.testkit.contract;
    opens io.vmha.testkit.registered;

    exports io.vmha.testkit;
    exports io.vmha.testkit.contract;
    exports io.vmha.testkit.fault;
}
