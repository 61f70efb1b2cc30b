/** Micrometer meters of a management center. */
module io.vmha.metrics {
    requires transitive io.vmha.core;
    requires transitive micrometer.core;
    requires org.slf4j;
    requires static transitive org.jspecify;

    exports io.vmha.metrics;
}
