/** Failover decisions for virtual machines, the plans that follow from them, and their safe execution. */
@SuppressWarnings("module") // The adapters come after what they adapt to.
module io.vmha.core {
    requires com.google.common;
    requires org.slf4j;
    requires static transitive org.jspecify;
    requires static org.immutables.value.annotations;
    requires static com.google.errorprone.annotations;
    requires static java.compiler;
    requires io.vavr;
    requires jdk.jfr;
    requires java.net.http;
    requires static transitive java.sql;

    exports io.vmha.model;
    exports io.vmha.model.internal to
            io.vmha.libvirt;
    exports io.vmha.fault;
    exports io.vmha.detection;
    exports io.vmha.adapter;
    exports io.vmha.adapter.internal to
            io.vmha.libvirt;
    exports io.vmha.adapter.fence;
    exports io.vmha.adapter.haproxy;
    exports io.vmha.adapter.postgresql;
    exports io.vmha.plan;
    exports io.vmha.sim;
    exports io.vmha.center;
    exports io.vmha.center.config;
    exports io.vmha.center.event;
    exports io.vmha.center.journal;
    exports io.vmha.center.schedule;
    exports io.vmha.center.leader;
    exports io.vmha.policy;
}
