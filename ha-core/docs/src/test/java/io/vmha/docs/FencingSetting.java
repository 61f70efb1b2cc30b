package io.vmha.docs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/** A fence agent that behaves as those of the fence-agents project do; its power switch is a file. */
public abstract class FencingSetting extends Setting {
    protected final Vault vault = new Vault();
    protected String agent = "";

    @Override
    void prepare() throws IOException {
        Path program = folder.resolve("fence_ipmilan");
        Files.writeString(program, """
                #!/bin/sh
                off=%s/off
                case $(sed -n s/^action=//p) in
                status) if [ -e $off ]; then echo 'Status: OFF'; exit 2; else echo 'Status: ON'; fi;;
                off) : >$off; echo 'Success: Powered OFF';;
                esac
                """.formatted(folder));
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwx------"));
        agent = program.toString();
    }
}
