package io.vmha.vsphere;

import static io.vmha.vsphere.RecordedShapesTest.object;
import static io.vmha.vsphere.RecordedShapesTest.ref;
import static io.vmha.vsphere.RecordedShapesTest.val;

import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;

/** A {@link CannedVcenter} with two hosts in one cluster, and a VM that nobody says anything of, for other modules' tests. */
public final class SmallVcenter implements AutoCloseable {
    private final CannedVcenter server;

    /** Starts it; its certificate is made in the folder. */
    public SmallVcenter(Path folder) throws IOException, GeneralSecurityException, InterruptedException {
        server = new CannedVcenter(folder);
        server.answer(
                "RetrievePropertiesEx",
                "<returnval>" + host("host-1", "h1") + host("host-2", "h2")
                        + object(
                                "ClusterComputeResource",
                                "domain-1",
                                val("name", "gold") + ref("resourcePool", "ResourcePool", "pool-1"))
                        + vm("vm-1", "db1", "host-1", "")
                        + "</returnval>");
    }

    /** How a host with 8 cores and 16 GiB is told. */
    static String host(String ref, String name) {
        return object(
                "HostSystem",
                ref,
                val("name", name)
                        + ref("parent", "ClusterComputeResource", "domain-1")
                        + val("runtime.connectionState", "connected")
                        + val("summary.hardware.numCpuCores", "8")
                        + val("summary.hardware.memorySize", "17179869184"));
    }

    /** How a VM with one core and 1 GiB is told, with what else is told of it. */
    static String vm(String ref, String name, String host, String more) {
        return object(
                "VirtualMachine",
                ref,
                val("name", name)
                        + val("runtime.powerState", "poweredOn")
                        + val("runtime.connectionState", "connected")
                        + ref("runtime.host", "HostSystem", host)
                        + val("summary.config.numCpu", "1")
                        + val("summary.config.memorySizeMB", "1024")
                        + more);
    }

    /** The address of its API. */
    public String url() {
        return server.url();
    }

    /** The SHA-256 fingerprint of its certificate. */
    public String fingerprint() {
        return server.thumbprint();
    }

    @Override
    public void close() {
        server.close();
    }
}
