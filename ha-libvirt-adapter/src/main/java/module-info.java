/** A hypervisor adapter for libvirt. */
module io.vmha.libvirt {
    requires transitive io.vmha.core;
    requires com.google.common;
    requires com.sun.jna;
    requires libvirt;
    requires org.slf4j;
    requires java.xml;
    requires static transitive org.jspecify;
    requires static org.immutables.value.annotations;
    requires static com.google.errorprone.annotations;
    requires static java.compiler;

    exports io.vmha.libvirt;

    // JNA reads structures and calls native callbacks by reflection.
    opens io.vmha.libvirt to
            com.sun.jna;
}
