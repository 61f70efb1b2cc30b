package io.vmha.libvirt;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;

/** Writes node descriptions for libvirt's test driver: {@code test:///path.xml}. Each connection has a node of its own. */
final class TestNode {
    private final StringBuilder domains = new StringBuilder();
    private final StringBuilder volumes = new StringBuilder();
    private int cpus = 16;
    private long memoryMiB = 65_536;

    TestNode size(int cpuCount, long mib) {
        cpus = cpuCount;
        memoryMiB = mib;
        return this;
    }

    /** Adds a running domain of 2 of at most 4 vCPUs, and 1024 of at most 2048 MiB. */
    TestNode running(String name, String metadata) {
        return domain(name, metadata, 1);
    }

    /** Adds a domain that is off, else as {@link #running}. */
    TestNode off(String name, String metadata) {
        return domain(name, metadata, 5);
    }

    private TestNode domain(String name, String metadata, int state) {
        domains.append("""
                <domain type='test' xmlns:test='http://libvirt.org/schemas/domain/test/1.0'>
                  <name>%s</name>
                  <metadata>%s</metadata>
                  <memory unit='MiB'>2048</memory><currentMemory unit='MiB'>1024</currentMemory>
                  <vcpu current='2'>4</vcpu>
                  <os><type>hvm</type></os>
                  <devices>
                    <disk type='file' device='disk'><source file='/guest/%s.img'/><target dev='vda' bus='virtio'/></disk>
                  </devices>
                  <test:runstate>%d</test:runstate>
                </domain>
                """.formatted(name, metadata, name, state));
        volumes.append(
                "<volume><name>%s.img</name><capacity unit='MiB'>16</capacity><target><path>/guest/%s.img</path></target></volume>"
                        .formatted(name, name));
        return this;
    }

    /** Writes the description and returns its URI. */
    URI writeTo(Path folder) {
        Path file = folder.resolve("node-" + System.nanoTime() + ".xml");
        try {
            Files.writeString(file, """
                    <node>
                      <cpu><mhz>2000</mhz><model>x86</model><active>%d</active><nodes>1</nodes><sockets>1</sockets><cores>%d</cores><threads>1</threads></cpu>
                      <memory>%d</memory>
                      %s
                      <pool type='dir'><name>guest</name><target><path>/guest</path></target>%s</pool>
                    </node>
                    """.formatted(cpus, cpus, memoryMiB * 1024, domains, volumes));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return URI.create("test://" + file);
    }

    /** The metadata of a machine of that type. */
    static String vm(String type, String more) {
        return "<vmha:vm xmlns:vmha='%s' type='%s' %s/>".formatted(VmhaMetadata.NAMESPACE, type, more);
    }

    /** The metadata of a template. */
    static String template(String id) {
        return "<vmha:template xmlns:vmha='%s' id='%s'/>".formatted(VmhaMetadata.NAMESPACE, id);
    }
}
