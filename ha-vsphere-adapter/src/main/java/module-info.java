/** A hypervisor adapter for vSphere. */
module io.vmha.vsphere {
    requires transitive io.vmha.core;
    requires com.google.common;
    requires java.net.http;
    requires java.xml;
    requires org.slf4j;
    requires static transitive org.jspecify;
    requires static com.google.errorprone.annotations;

    exports io.vmha.vsphere;
}
