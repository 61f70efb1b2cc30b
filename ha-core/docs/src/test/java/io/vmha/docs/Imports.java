package io.vmha.docs;

/** What every block may name without saying where it is from. In one line, so that a compiler's line numbers are the block's. */
final class Imports {
    static final String ALL = String.join(
            " ",
            "import io.vmha.adapter.*;",
            "import io.vmha.adapter.fence.*;",
            "import io.vmha.adapter.haproxy.*;",
            "import io.vmha.adapter.postgresql.*;",
            "import io.vmha.center.*;",
            "import io.vmha.center.config.*;",
            "import io.vmha.center.event.*;",
            "import io.vmha.center.journal.*;",
            "import io.vmha.center.leader.*;",
            "import io.vmha.detection.*;",
            "import io.vmha.fault.*;",
            "import io.vmha.group.*;",
            "import io.vmha.group.contract.*;",
            "import io.vmha.group.store.*;",
            "import io.vmha.journal.*;",
            "import io.vmha.libvirt.*;",
            "import io.vmha.metrics.*;",
            "import io.vmha.model.*;",
            "import io.vmha.monitor.*;",
            "import io.vmha.monitor.center.*;",
            "import io.vmha.monitor.report.*;",
            "import io.vmha.plan.*;",
            "import io.vmha.policy.*;",
            "import io.vmha.sim.*;",
            "import io.vmha.testkit.*;",
            "import io.vmha.testkit.contract.*;",
            "import io.vmha.testkit.fault.*;",
            "import io.vmha.vsphere.*;",
            "import io.vmha.zookeeper.*;",
            "import static io.vmha.testkit.HaAssertions.assertThat;",
            "import static org.assertj.core.api.Assertions.assertThat;",
            "import java.net.*;",
            "import java.nio.file.Path;",
            "import java.time.*;",
            "import java.util.*;",
            "import java.util.concurrent.*;",
            "import org.junit.jupiter.api.Test;");

    private Imports() {}
}
