/** What runs in a virtual machine: probes, isolation and signed reports; and what receives the reports where a center is. */
module io.vmha.monitor {
    requires transitive java.net.http;
    requires org.slf4j;
    requires static transitive org.jspecify;
    requires static org.immutables.value.annotations;
    requires static com.google.errorprone.annotations;
    requires static java.compiler;
    // For io.vmha.monitor.center alone, which is of use only where a center is: a guest has neither.
    requires static transitive io.vmha.core;

    exports io.vmha.monitor;
    exports io.vmha.monitor.report;
    exports io.vmha.monitor.center;
}
