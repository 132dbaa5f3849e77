"""The students of Firefox Translations: their files, network and search."""
