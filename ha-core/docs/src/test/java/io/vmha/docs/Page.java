package io.vmha.docs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The Java blocks of a page of Markdown. A block is a type, with its members, or statements that {@link Setting} surrounds. Blocks of
 * one page may use the types of one another.
 *
 * @param file where the page is
 * @param wiring what its blocks are given
 * @param blocks its blocks, in their order
 */
record Page(Path file, Wiring wiring, List<Block> blocks) {
    private static final Pattern TYPE =
            Pattern.compile("(?m)^(?:public |final |abstract )*(?:class|interface|record|enum) (\\w+)");

    /**
     * A block.
     *
     * @param line where it begins, 1 or more
     * @param text what it says
     * @param type the first type that it declares; empty where it is statements
     */
    record Block(int line, String text, Optional<String> type) {
        /** The name of the class that it is compiled as. */
        String className() {
            return type.orElse("Block" + line);
        }
    }

    static Page read(Path file) throws IOException {
        return read(file, Pages.wiringOf(file));
    }

    private static Page read(Path file, Wiring wiring) throws IOException {
        List<Block> blocks = new ArrayList<>();
        StringBuilder text = new StringBuilder();
        int begun = 0;
        List<String> lines = Files.readAllLines(file);
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i);
            if (begun == 0 && line.equals("```java")) {
                begun = i + 1;
                text.setLength(0);
            } else if (begun > 0 && line.equals("```")) {
                Matcher type = TYPE.matcher(text);
                blocks.add(
                        new Block(begun, text.toString(), type.find() ? Optional.of(type.group(1)) : Optional.empty()));
                begun = 0;
            } else if (begun > 0) {
                text.append(line).append('\n');
            }
        }
        if (begun > 0) {
            throw new IOException(file + ": the block that begins in line " + begun + " does not end");
        }
        return new Page(file, wiring, List.copyOf(blocks));
    }

    /** What is compiled. */
    String source(Block block) {
        String text = wiring.applyTo(block.text());
        if (block.type().isPresent()) {
            return Imports.ALL + text;
        }
        return Imports.ALL + "public class " + block.className() + " extends "
                + wiring.setting().getName() + " {\n"
                + "public void run() throws Exception {\n" + text + "\n}\n}\n";
    }

    /** Whether another block of the page names the type of this one. */
    boolean isUsedElsewhere(Block block) {
        return blocks.stream()
                .filter(other -> other != block)
                .anyMatch(other -> Pattern.compile("\\b" + block.className() + "\\b")
                        .matcher(other.text())
                        .find());
    }
}
