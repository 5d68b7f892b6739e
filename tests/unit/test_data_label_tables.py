"""What a table of labels beside pictures gives, as competitions hand them out, or its sentence.

Every row is read as a folder, as a zip and as a tar.
"""

import pytest

from tests.unit.folders_support import home, root
from tests.unit.layouts_support import (
    LABELS,
    NAMES,
    SOURCES,
    TWO,
    Files,
    Gives,
    check_gives,
    check_refused,
    table,
)

__all__ = ["home", "root"]

SPLIT_ROWS = "\n".join(
    f"{name},{label},{'train' if index < 6 else 'valid'}"
    for index, (name, label) in enumerate(zip(NAMES, LABELS, strict=True))
)


SETS: dict[str, tuple[Files, Gives]] = {
    "file,label beside pictures": (
        {".": 10, "labels.csv": table()},
        Gives("cat dog", 8, 2, ("labels",)),
    ),
    "file,label above pictures": (
        {"images": 10, "labels.csv": table()},
        Gives("cat dog", 8, 2, ("labels.csv",)),
    ),
    "file,label beside pictures in a folder": (
        {"images": 10, "images/labels.csv": table()},
        Gives("cat dog", 8, 2, ("labels.csv",)),
    ),
    "file,label in a folder beside": (
        {"images": 10, "labels/all.csv": table()},
        Gives("cat dog", 8, 2, ("all.csv",)),
    ),
    "file,label wrapped": (
        {"pets/images": 10, "pets/labels.csv": table()},
        Gives("cat dog", 8, 2, ("labels.csv",)),
    ),
    "id,label without a suffix": (
        {"train": 10, "train.csv": table("id,label", "{id},{label}")},
        Gives("cat dog", 8, 2, ("train.csv",)),
    ),
    "image_id,class": (
        {"images": 10, "train.csv": table("image_id,class", "{id},{label}")},
        Gives("cat dog", 8, 2, ("train.csv",)),
    ),
    "id,breed and a test without labels": (
        {
            "train": 10,
            "test": 3,
            "labels.csv": table("id,breed", "train/{name},{label}"),
            "sample_submission.csv": "id,cat,dog\n0,0.5,0.5\n1,0.5,0.5\n2,0.5,0.5",
        },
        Gives("cat dog", 8, 2, ("labels.csv", "3 pictures")),
    ),
    "train.csv beside train and test of the same names": (
        {"train": 10, "test": 10, "train.csv": table("id,label", "{id},{label}")},
        Gives("cat dog", 8, 2, ("train.csv", "10 pictures")),
    ),
    "train.csv and test.csv": (
        {
            "train": 10,
            "test": 10,
            "train.csv": table(),
            "test.csv": table(),
        },
        Gives("cat dog", 10, 10, ("“train.csv”", "“test.csv”")),
    ),
    "train.csv and val.csv of one folder": (
        {
            "images": 10,
            "train.csv": "\n".join(table().splitlines()[:7]),
            "val.csv": "\n".join(["file,label", *table().splitlines()[7:]]),
        },
        Gives("cat dog", 6, 4, ("train.csv", "val.csv")),
    ),
    "class folders and a test of a table": (
        {
            "Train/0": 3,
            "Train/1": 3,
            "Test": 10,
            "Test.csv": table("Path,Width,ClassId", "Test/{name},9,{number}"),
        },
        Gives("0 1", 6, 10, ("Test.csv",)),
    ),
    "a column of splits": (
        {"images": 10, "all.csv": f"file,label,data set\n{SPLIT_ROWS}"},
        Gives("cat dog", 6, 4, ("all.csv",)),
    ),
    "many columns": (
        {
            "images": 10,
            "meta.csv": table("lesion_id,image_id,dx,age", "L{id},{id},{label},5{number}"),
        },
        Gives("cat dog", 8, 2, ("meta.csv",)),
    ),
    "heaps of pictures": (
        {
            "part_1": 6,
            "part_2": 4,
            "labels.csv": "\n".join(
                ["path,label"]
                + [f"part_1/{i}.png,{('cat', 'dog')[i % 2]}" for i in range(6)]
                + [f"part_2/{i}.png,{('cat', 'dog')[i % 2]}" for i in range(4)]
            ),
        },
        Gives("cat dog", 8, 2, ("labels.csv",)),
    ),
    "class folders and a table that says the same": (
        {
            **TWO,
            "index.csv": "file,label\n"
            + "\n".join(f"{c}/{i}.png,{c}" for c in TWO for i in range(5)),
        },
        Gives("cat dog", 8, 2),
    ),
    "semicolons": (
        {"images": 10, "labels.csv": table("file;label", "{name};{label}")},
        Gives("cat dog", 8, 2, ("labels.csv",)),
    ),
    "tabs": (
        {"images": 10, "labels.tsv": table("file\tlabel", "{name}\t{label}")},
        Gives("cat dog", 8, 2, ("labels.tsv",)),
    ),
    "no header": (
        {"images": 10, "labels.txt": table("", "{name} {number}")},
        Gives("0 1", 8, 2, ("labels.txt",)),
    ),
    "the label first": (
        {"images": 10, "labels.csv": table("breed,picture", "{label},{name}")},
        Gives("cat dog", 8, 2, ("labels.csv",)),
    ),
    "a byte-order mark": (
        {".": 10, "labels.csv": f"\ufeff{table()}"},
        Gives("cat dog", 8, 2, ("labels.csv",)),
    ),
    "files that are not there": (
        {".": 10, "labels.csv": f"{table()}\n77.png,cat\n78.png,dog"},
        Gives("cat dog", 8, 2, ("The classes are", "2 files of 12 .* “77.png”, “78.png”")),
    ),
    "pictures without a label": (
        {".": 12, "labels.csv": f"{table()}\n10.png,"},
        Gives("cat dog", 8, 2, ("labels.csv", "“10.png”, “11.png”")),
    ),
}

REFUSED: dict[str, tuple[Files, str]] = {
    "a table without a class": (
        {".": 10, "sizes.csv": table("file,width,height", "{name},3,4")},
        "“sizes.csv” names the pictures, but none of its columns “file”, “width”, “height”",
    ),
    "a table that says two things": (
        {".": 10, "labels.csv": f"{table()}\n0.png,emu"},
        "says of “0.png” that it is “cat” and that it is “emu”",
    ),
    "a table of other pictures": (
        {".": 2, "labels.csv": "file,label\na.png,cat\nb.png,dog"},
        "no class folders",
    ),
    "a test table without a class of the training": (
        {
            "images": 10,
            "train.csv": "\n".join(table().splitlines()[:7]),
            "val.csv": "file,label\n6.png,cat\n7.png,cat\n8.png,cat",
        },
        "The table of validation pictures lacks the classes “dog”",
    ),
    "a table of one class": (
        {".": 3, "labels.csv": "file,label\n0.png,cat\n1.png,cat\n2.png,cat"},
        "has one class only, “cat”",
    ),
}


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("layout", SETS)
def test_a_table_gives_its_classes_and_counts(layout, source, root):
    check_gives(source, root, *SETS[layout])


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("layout", REFUSED)
def test_a_table_that_cannot_be_used_gets_a_sentence(layout, source, root):
    check_refused(source, root, *REFUSED[layout])
