package io.vmha.docs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Two hosts of libvirt's built-in test driver, VMs on the first of them. */
public abstract class LibvirtSetting extends Setting {
    protected final String h1 = "test://" + Pages.ROOT.resolve("examples/quickstart/test-node.xml");
    protected String h2 = "";

    @Override
    void prepare() throws IOException {
        Path node = folder.resolve("node.xml");
        Files.writeString(node, """
                <node>
                  <cpu><mhz>2000</mhz><model>x86</model><active>16</active><nodes>1</nodes><sockets>1</sockets><cores>16</cores><threads>1</threads></cpu>
                  <memory>33554432</memory>
                </node>
                """);
        h2 = "test://" + node;
    }
}
